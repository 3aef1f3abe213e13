import Foundation
import Testing

/// What a demo's home agent and mobile routers said to one another, as others read its captures.
struct DemoSignallingTests {
  /// Prints a line for each mobility message of a capture: its type, number and status, and whether its checksum is
  /// right, which tshark does not look at (RFC 6275 section 6.1.1: over the pseudo-header with the home address).
  private static let summing = #"""
    import sys
    from scapy.utils import rdpcap
    for packet in rdpcap(sys.argv[1]):
        raw = bytes(packet)
        if raw[12:14] != b"\x86\xdd" or raw[20] not in (60, 43) or raw[54] != 135: continue
        source, destination, extension = raw[22:38], raw[38:54], raw[54:]
        if raw[20] == 60: source = extension[extension.index(b"\xc9\x10") + 2:][:16]
        else: destination = extension[8:24]
        message = extension[8 + 8 * extension[1]:]
        message = message[:8 + 8 * message[1]]
        data = source + destination + len(message).to_bytes(4, "big") + bytes([0, 0, 0, 135]) + message
        total = sum(int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2))
        while total >> 16: total = (total & 0xffff) + (total >> 16)
        number = message[6:8] if message[2] == 5 else message[8:10]
        print(message[2], int.from_bytes(number, "big"), message[6], total == 0xffff)
    """#

  private struct Move {
    var server: String
    var update: String
    var status: String
  }

  @Test(.needsNamespaces, .needs("nft"), .timeLimit(.minutes(1)))
  func `a delay on the paths is in each registration, and loses nothing`() async throws {
    let folder = try TemporaryFolder()
    let out = folder.path + "/out"
    let demo = try await Program.run(
      "demo", "--text", "--moves", "2", "--every", "2s", "--rate", "100", "--fault", "delay:10ms",
      "--out", out)
    #expect(demo.status == 0, "\(demo.error)")
    let moves = try table(out + "/moves.csv")
    #expect(moves.count == 2)
    let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    for move in moves {
      func time(_ name: String) throws -> Date {
        try format.parse(String((move[name] ?? "").prefix(23)) + "Z")
      }
      // Milliseconds are all that is read of the times.
      #expect(try time("binding_ack").timeIntervalSince(time("binding_update")) >= 0.0189)
      #expect(move["lost"] == "0")
    }
  }

  @Test(.needsNamespaces, .needs("nft"), .timeLimit(.minutes(1)))
  func `what a narrow path drops is missing, to the packet`() async throws {
    let folder = try TemporaryFolder()
    let out = folder.path + "/out"
    let demo = try await Program.run(
      "demo", "--text", "--moves", "1", "--every", "2s", "--rate", "100", "--fault",
      "bandwidth:500k", "--out", out)
    #expect(demo.status == 0, "\(demo.error)")
    let counts = demo.error.matches(
      of:
        #/(\d+) in the servers, (\d+) on the path.*?(\d+) by the servers, (\d+) by the home agent/#
    ).compactMap { match in [match.1, match.2, match.3, match.4].compactMap { Int($0) } }.first
    let dropped = try #require(counts)
    #expect(dropped[1] > 0)
    let analysis = try await Program.run("analyze", out)
    let figures = try #require(
      analysis.output.firstMatch(of: #/numbered (\d+) .*?delivered (\d+),/#))
    let (numbered, delivered) = (Int(figures.1) ?? 0, Int(figures.2) ?? 0)
    #expect(numbered - delivered == dropped.reduce(0, +), "\(demo.error)")
  }

  /// The number of the Update and the Acknowledgement's status, which each move's mark carries.
  private func moves(in folder: String) throws -> [Move] {
    try table(folder + "/marks.csv").filter { $0["kind"] == "moved" }.map { row in
      struct Detail: Decodable {
        var binding_update: Int
        var binding_ack: Int
      }
      let detail = try JSONDecoder().decode(Detail.self, from: Data((row["detail"] ?? "").utf8))
      return Move(
        server: row["point"] ?? "", update: "\(detail.binding_update)",
        status: "\(detail.binding_ack)")
    }
  }

  @Test(
    .needsNamespaces, .needs("tshark"),
    .enabled("needs scapy, which is not installed") {
      try await Program.shell("/usr/bin/python3 -c 'import scapy'").status == 0
    }, .timeLimit(.minutes(2)))
  func `tshark and scapy read an Update and an Acknowledgement for each move`() async throws {
    let folder = try TemporaryFolder()
    let out = folder.path + "/out"
    let demo = try await Program.run(
      "demo", "--text", "--moves", "2", "--every", "1500ms", "--rate", "100",
      "--out", out)
    #expect(demo.status == 0, "\(demo.error)")
    let moves = try moves(in: out)
    #expect(moves.map(\.server) == ["xen2", "xen1"])
    for move in moves {
      let capture = "\(out)/\(move.server).pcapng"
      let read = try await Program.run(
        ["tshark", "-n", "-r", capture, "-Y", "mipv6", "-T", "fields", "-E", "separator=|"]
          + [
            "mip6.bu.seqnr", "mip6.nemo.bu.r_flag", "mip6.nemo.mnp.mnp", "mip6.nemo.mnp.pfl",
            "mip6.ba.seqnr", "mip6.nemo.ba.r_flag", "mip6.ba.status", "_ws.malformed",
          ].flatMap { ["-e", $0] })
      let rows = read.output.replacing("True", with: "1").split(separator: "\n")
      #expect(rows.contains("\(move.update)|1|2001:db8:42::|64||||"), "\(read.output)")
      #expect(rows.contains("||||\(move.update)|1|\(move.status)|"), "\(read.output)")
      let summed = try await Program.run(["/usr/bin/python3", "-c", Self.summing, capture])
      let lines = summed.output.split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix("5 \(move.update) ") }, "\(summed.error)")
      #expect(lines.contains("6 \(move.update) 0 True"), "\(summed.output)")
      #expect(lines.allSatisfy { $0.hasSuffix("True") }, "\(summed.output)")
    }
    #expect(moves.allSatisfy { $0.status == "0" })
  }
}
