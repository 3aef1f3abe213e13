import Foundation
import Testing

/// The truth of a simulated run, as far as these tests ask for it.
private struct Truth: Decodable {
  struct Stream: Decodable {
    var moves: [Move]
  }

  struct Move: Decodable {
    var fromPoint: String
    var toPoint: String
    var lost: Int
    var lostUnseen: Int
    var lastNumber: Int
    var firstNumber: Int
  }

  var streams: [Stream]
}

@Suite struct LogTests {
  private static let points = ["xen1", "xen1.vif", "xen2", "xen2.vif", "ha", "cn"]

  private func simulate(in folder: TemporaryFolder, _ options: String...) async throws -> String {
    let lab = folder.path + "/lab"
    let run = try await Program.run(
      [Program.nemotop, "lab", "simulate", "--out", lab] + options)
    try #require(run.status == 0, "\(run.error)")
    return lab
  }

  @Test(arguments: ["1", "2", "3"])
  func `a simulated run's moves agree with its truth`(seed: String) async throws {
    let folder = try TemporaryFolder()
    let lab = try await simulate(
      in: folder, "--seed", seed, "--moves", "4", "--every", "4s", "--pause", "300ms", "--loss",
      "0.01", "--duplicate", "0.01", "--reorder", "0.01")
    let sources = Self.points.map { "\($0)=\(lab)/\($0).pcapng" }
    let log = try await Program.run(
      [Program.nemotop, "log", "--csv", folder.path + "/log"] + sources)
    #expect(log.status == 0, "\(log.error)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let truth = try decoder.decode(
      Truth.self, from: Data(contentsOf: URL(fileURLWithPath: lab + "/truth.json")))
    let expected = try #require(truth.streams.first?.moves)
    let moves = try table(folder.path + "/log/moves.csv")
    #expect(moves.map { $0["from_point"] } == expected.map(\.fromPoint))
    #expect(moves.map { $0["to_point"] } == expected.map(\.toPoint))
    #expect(moves.map { $0["lost"] } == expected.map { "\($0.lost)" })
    #expect(moves.map { $0["lost_unseen"] } == expected.map { "\($0.lostUnseen)" })
    #expect(moves.map { $0["last_number"] } == expected.map { "\($0.lastNumber)" })
    #expect(moves.map { $0["first_number"] } == expected.map { "\($0.firstNumber)" })
    #expect(moves.allSatisfy { !($0["binding_update"] ?? "").isEmpty })
    #expect(moves.allSatisfy { !($0["binding_ack"] ?? "").isEmpty })
  }

  @Test func `CSV, JSON Lines and their replays tell the same moves`() async throws {
    let folder = try TemporaryFolder()
    let lab = try await simulate(in: folder, "--moves", "2", "--every", "4s")
    let sources = Self.points.map { "\($0)=\(lab)/\($0).pcapng" }
    let log = folder.path + "/log"
    let lines = folder.path + "/log.jsonl"
    let first = try await Program.run(
      [Program.nemotop, "log", "--csv", log, "--jsonl", lines] + sources)
    try #require(first.status == 0, "\(first.error)")
    for (name, source) in [("again", log), ("anew", lines)] {
      let replay = try await Program.run("log", source, "--csv", folder.path + "/" + name)
      #expect(replay.status == 0, "\(replay.error)")
      let expected = try String(contentsOfFile: log + "/moves.csv", encoding: .utf8)
      let moves = try String(contentsOfFile: folder.path + "/\(name)/moves.csv", encoding: .utf8)
      #expect(moves == expected)
    }
  }

  @Test(.needs("tcpdump"))
  func `what tcpdump filtered and wrote, in either resolution, reads the same way`() async throws {
    let folder = try TemporaryFolder()
    let lab = try await simulate(in: folder, "--moves", "1", "--every", "3s")
    let direct = try await Program.run("log", "-q", "cn=\(lab)/cn.pcapng")
    for precision in ["micro", "nano"] {
      let piped = try await Program.shell(
        """
        tcpdump -r '\(lab)/cn.pcapng' --time-stamp-precision=\(precision) -w - 2> /dev/null \
        | nemotop log -q cn=-
        """)
      #expect(piped.status == 0, "\(piped.error)")
      #expect(lost(piped.output) == lost(direct.output))
      #expect(lost(direct.output).count >= 5)
    }
    let zipped = try await Program.shell(
      "gzip '\(lab)/cn.pcapng' && nemotop log -q 'cn=\(lab)/cn.pcapng.gz'")
    #expect(lost(zipped.output) == lost(direct.output))
  }

  /// Packets and loss of each interval.
  private func lost(_ lines: String) -> [[Int]] {
    lines.split(separator: "\n").compactMap { line in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
      guard let record = object as? [String: Any], record["record"] as? String == "interval" else {
        return nil
      }
      return [record["packets"] as? Int ?? -1, record["lost"] as? Int ?? -1]
    }
  }
}
