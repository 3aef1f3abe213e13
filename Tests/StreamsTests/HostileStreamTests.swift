import Testing
import Wire

@testable import Streams

/// Streams as no honest sender has them, and what once went wrong with them.
struct HostileStreamTests {
  private func tunnel(_ number: UInt64) -> [OuterHeaders.Level] {
    [
      OuterHeaders.Level(
        source: IPAddress(high: 0x2001_0db8_0001_0000, low: number),
        destination: IPAddress(high: 0x2001_0db8_00aa_0000, low: 1))
    ]
  }

  @Test func `all legs of a depth have the jitter of the stream's last packet`() throws {
    var bench = Bench("ha")
    for number in 0..<9 {
      bench.send(UInt64(number), at: Double(number), through: tunnel(1), delay: 0)
    }
    bench.send(9, at: 9, through: tunnel(2), delay: 0)
    for number in 10..<20 {
      bench.send(
        UInt64(number), at: Double(number), through: tunnel(1), delay: Double(number % 2))
    }
    let jitters = try #require(bench.finish(at: 100).first).streams.map(\.jitter)
    #expect(jitters.count == 2)
    #expect(jitters[0] == jitters[1])
    #expect(jitters[0] ?? .zero > .microseconds(300))
  }

  @Test func `a media clock may run beyond what 64 bits of nanoseconds hold`() {
    var bench = Bench("xen1")
    var timestamp: UInt32 = 0
    for number in 0..<40_000 {
      var bytes: [UInt8] = []
      RTPHeader(
        payloadType: 0, sequence: UInt16(truncatingIfNeeded: number), timestamp: timestamp,
        synchronizationSource: 7
      ).serialize(into: &bytes)
      bench.send(bytes, at: Double(number))
      timestamp &+= 0x7fff_ffff
    }
    let streams = bench.finish(at: 40_000).flatMap(\.streams)
    #expect(streams.reduce(0) { $0 + $1.packets } == 40_000)
    #expect(streams.reduce(0) { $0 + ($1.sequence?.lost ?? 1) } == 0)
  }

  @Test func `late numbers of an interval of unknown loss are taken back all the same`() {
    var bench = Bench("cn")
    func send(_ numbers: [UInt16], from milliseconds: Double) {
      for (index, number) in numbers.enumerated() {
        bench.send(Made.rtp(Int(number)), at: milliseconds + Double(index))
      }
    }
    send(Array(0..<100), from: 0)
    // More than half a cycle later, and with a loss that is told by numbers alone.
    send([500, 501, 505, 506], from: 50_000)
    send([507, 502, 503, 504, 508], from: 51_000)
    let lost = bench.finish(at: 60_000).flatMap(\.streams).map { $0.sequence?.lost }
    // The sum of these is as unknown as the second one.
    #expect(lost == [0, nil, -3])
  }

  @Test func `a packet centuries before the one before it is no next one`() throws {
    var bench = Bench("xen1")
    // So far apart that their difference wraps to half a millisecond.
    let milliseconds = 9_223_372_036_854.5
    bench.send(0, at: milliseconds)
    bench.send(1, at: -milliseconds)
    let streams = bench.finish(at: 0).flatMap(\.streams)
    #expect(streams.map(\.packets) == [2])
    let stream = try #require(streams.first)
    #expect(stream.firstTime.nanoseconds == Int64(-milliseconds * 1e6))
    #expect(stream.lastTime.nanoseconds == Int64(milliseconds * 1e6))
  }
}
