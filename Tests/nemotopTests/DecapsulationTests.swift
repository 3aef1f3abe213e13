import Foundation
import Testing

/// Tunnels that are looked into only where that is asked for, and one that nobody can look into.
@Suite struct DecapsulationTests {
  private static func word(_ value: Int) -> [UInt8] {
    [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
  }

  /// From 2001:db8::1 to 2001:db8::2.
  private static func ipv6(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let prefix: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11)
    return [0x60, 0, 0, 0] + word(payload.count) + [next, 64] + prefix + [1] + prefix + [2]
      + payload
  }

  private static func datagram(to port: Int, _ payload: [UInt8]) -> [UInt8] {
    word(49_152) + word(port) + word(8 + payload.count) + [0, 0] + payload
  }

  /// A capture of raw IP packets, a microsecond apart.
  private static func capture(_ packets: [[UInt8]]) -> Data {
    var bytes: [UInt8] = [0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4] + [UInt8](repeating: 0, count: 8)
    bytes += [0, 0, 255, 255, 0, 0, 0, 101]
    for (number, packet) in packets.enumerated() {
      bytes += [0, 0, 0, 1, 0, 0] + word(number)
      bytes += ([0, 0] + word(packet.count)) + ([0, 0] + word(packet.count)) + packet
    }
    return Data(bytes)
  }

  private static let inner = ipv6(17, datagram(to: 5004, [1, 2, 3]))
  private static let packets = [
    ipv6(17, datagram(to: 6081, [0, 0, 0x86, 0xdd, 0, 0, 7, 0] + inner)),
    ipv6(17, datagram(to: 3544, inner)),
    ipv6(50, [0, 0, 0, 1, 0, 0, 0, 1]),
  ]

  private func ports(_ options: String...) async throws -> [String] {
    let folder = try TemporaryFolder()
    let path = folder.path + "/tunnels.pcap"
    try Self.capture(Self.packets).write(to: URL(fileURLWithPath: path))
    let log = try await Program.run(
      [Program.nemotop, "log", "x=\(path)", "--csv", folder.path + "/log"] + options)
    #expect(log.status == 0, "\(log.error)")
    #expect(log.error.contains("x: 3 packets, 0 malformed, 0 dropped"), "\(log.error)")
    #expect(log.error.contains("1 of ESP, which may hide streams"), "\(log.error)")
    let rows = try table(folder.path + "/log/intervals.csv")
    return rows.map {
      "\($0["packets"] ?? "") to \($0["destination_port"] ?? ""), "
        + ($0["leg"] == "direct" ? "direct" : "tunnelled")
    }.sorted()
  }

  @Test func `Geneve and Teredo carry streams where that is asked for`() async throws {
    #expect(try await ports() == ["1 to 3544, direct", "1 to 6081, direct"])
    #expect(
      try await ports("--decap", "geneve") == ["1 to 3544, direct", "1 to 5004, tunnelled"])
    #expect(
      try await ports("--decap", "teredo") == ["1 to 5004, tunnelled", "1 to 6081, direct"])
    #expect(try await ports("--decap", "geneve,teredo") == ["2 to 5004, tunnelled"])
  }
}
