import ArgumentParser
import Capture
import Foundation
import Streams
import Testing
import Wire

@testable import Benchmarks

@Suite struct WorkloadTests {
  private static func withFile(
    of workload: Workload, _ body: (String) throws -> Void
  ) throws {
    let path = NSTemporaryDirectory() + "nemotop-test-\(UUID().uuidString).pcap"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try workload.write(to: path)
    try body(path)
  }

  @Test(arguments: [
    Workload(packets: 1000, flows: 1), Workload(packets: 1000, flows: 10),
    Workload(packets: 1000, flows: 300), Workload(packets: 1000, flows: 500),
    Workload(packets: 1000, flows: 1_000_000),
    Workload(packets: 1000, flows: 10, isTunnelled: true),
    Workload(packets: 9001, flows: 7),
  ])
  func `The engine counts what was written`(workload: Workload) throws {
    try Self.withFile(of: workload) { path in
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      #expect(size == workload.byteCount)
      let run = try Child.run([try Program.own("CountLoop"), path])
      #expect(run.status == 0)
      #expect(workload.count.flaw(of: run) == nil)
      #expect(run.number(after: "flows") == workload.flows)
      #expect(workload.lost > 0)
    }
  }

  @Test func `More flows than the packets can have become fewer`() {
    #expect(Workload(packets: 1000, flows: 1_000_000).flows == 500)
    #expect(Workload(packets: 1, flows: 5).flows == 1)
  }

  @Test(arguments: [false, true])
  func `Packets are whole and evenly spaced`(isTunnelled: Bool) throws {
    let workload = Workload(packets: 100, flows: 10, isTunnelled: isTunnelled)
    try Self.withFile(of: workload) { path in
      var file = try CaptureFile(CaptureStream(path: path))
      var times: [Int64] = []
      var delays: Set<Int64> = []
      var flaws = 0
      _ = try file.read(limit: 1000, timeout: .zero) { packet in
        times.append(packet.time.nanoseconds)
        let decoded = DecodedPacket(
          decoding: packet.bytes, linkType: .ethernet, wireBytes: packet.wireBytes)
        let header = StreamHeader(parsing: packet.bytes.extracting(decoded.payload))
        let datagram = packet.bytes.extracting(droppingFirst: packet.bytes.byteCount - 72)
        let checksum = UDPHeader(
          sourcePort: 5004, destinationPort: 5004,
          payload: packet.bytes.extracting(decoded.payload), source: decoded.source,
          destination: decoded.destination
        ).checksum
        if decoded.udpBytes != 64 || decoded.outer.count != (isTunnelled ? 1 : 0)
          || UDPHeader(parsing: datagram)?.checksum != checksum
        {
          flaws += 1
        }
        if let sent = header?.realTime { delays.insert(packet.time.nanoseconds(since: sent)) }
      }
      #expect(flaws == 0)
      #expect(delays.count > 90, "hardly two are alike")
      #expect(delays.allSatisfy { 20_000...85_535 ~= $0 }, "\(delays)")
      #expect(times == (0..<100).map { Workload.start.nanoseconds + Workload.spacing * $0 })
    }
  }

  @Test func `An input is as large as is asked for`() throws {
    let command = try Benchmark.parseAsRoot(
      ["input", "--packets", "400k", "--flows", "10", "x.pcap"])
    let input = try #require(command as? InputCommand)
    #expect(input.options.packets == 400_000)
    #expect(input.flows == 10)
  }

  @Test func `A count that differs is told`() {
    let expected = Workload(packets: 1000, flows: 10).count
    func flaw(_ line: String) -> String? {
      var run = Run()
      run.output = line
      return expected.flaw(of: run)
    }
    #expect(flaw("packets 1000 flows 10 lost 10 anonymous 5\n") == nil)
    #expect(flaw("packets 999 flows 10 lost 10") == "it counted 999 packets, and there are 1000")
    #expect(flaw("packets 1000 flows 10 lost 0") == "it counted 0 lost, and there are 10")
    #expect(flaw("") == "it counted no packets, and there are 1000")
  }
}
