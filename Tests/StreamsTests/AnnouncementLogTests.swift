import Testing
import Wire

@testable import Streams

struct AnnouncementLogTests {
  private static func rarp(_ bits: UInt64) -> Announcement {
    Announcement(form: .reverseARP, hardwareAddress: HardwareAddress(bits: bits))
  }

  @Test func `a series is told once, across intervals`() {
    var log = AnnouncementLog()
    // As QEMU spaces them: 50 ms, then 100 ms more each time.
    for milliseconds in [0, 50, 200, 450, 800, 1250] {
      log.take(Self.rarp(1), at: at(milliseconds))
    }
    #expect(log.told == [HeardAnnouncement(time: at(0), announcement: Self.rarp(1))])
    log.beginInterval()
    log.take(Self.rarp(1), at: at(1800))
    #expect(log.told.isEmpty)
    // The next move's.
    log.take(Self.rarp(1), at: at(2800))
    #expect(log.told.map(\.time) == [at(2800)])
  }

  @Test func `each guest and each form has a series of its own`() {
    var log = AnnouncementLog()
    let address = IPAddress(ipv4: 7)
    let others = [
      Self.rarp(2),
      Announcement(form: .requestARP, hardwareAddress: HardwareAddress(bits: 1), address: address),
      Announcement(form: .requestARP, hardwareAddress: HardwareAddress(bits: 1)),
    ]
    for _ in 0..<3 {
      for announcement in [Self.rarp(1)] + others { log.take(announcement, at: at(5)) }
    }
    #expect(log.told.map(\.announcement) == [Self.rarp(1)] + others)
  }

  @Test func `time that goes back begins a series anew, and a flood is bounded`() {
    var log = AnnouncementLog()
    log.take(Self.rarp(1), at: at(10_000))
    log.take(Self.rarp(1), at: at(1000))
    log.take(Self.rarp(1), at: Timestamp(nanoseconds: .min))
    log.take(Self.rarp(1), at: Timestamp(nanoseconds: .max))
    #expect(log.told.count == 4)
    for bits in 0..<20_000 { log.take(Self.rarp(UInt64(bits)), at: at(bits)) }
    log.beginInterval()
    log.take(Self.rarp(19_999), at: at(20_100))
    #expect(log.told.isEmpty)
  }

  @Test func `a table hands over what was announced in an interval`() throws {
    var bench = Bench("xen1")
    var bytes: [UInt8] = []
    EthernetHeader(
      destination: 0xffff_ffff_ffff, source: 0x52, etherType: EtherType(rawValue: 0x8035)
    ).serialize(into: &bytes)
    bytes += [0, 1, 8, 0, 6, 4, 0, 3]
    for _ in 0..<2 { bytes += [0, 0, 0, 0, 0, 0x52, 0, 0, 0, 0] }
    let packet = DecodedPacket(
      decoding: bytes.rawSpan, linkType: .ethernet, wireBytes: bytes.count)
    for milliseconds in [100, 300, 1200, 3000] {
      bench.count(packet, bytes, at: Double(milliseconds))
    }
    let heard = bench.finish(at: 4000).map(\.announcements)
    #expect(heard.map { $0.map(\.time) } == [[at(100)], [], [at(3000)]])
    #expect(heard.joined().allSatisfy { $0.announcement == Self.rarp(0x52) })
  }
}
