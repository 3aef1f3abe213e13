import Foundation
import Testing

/// `nemotop analyze` as its users run it, on captures of simulated runs with their truth beside them.
@Suite struct AnalyzeTests {
  private struct Truth: Decodable {
    struct Stream: Decodable {
      var moves: [Move]
    }
    struct Move: Decodable {
      var lost: Int
      var unbound: Int
      var lostPath: Int
    }
    var streams: [Stream]
  }

  private struct Report: Decodable {
    struct Stream: Decodable {
      struct Move: Decodable {
        var lost: Int?
        var unbound: Int?
        var lost_path: Int?
        var lost_server: Int?
        var paused_ms: Double?
        var path_change_ms: Double?
        var verdict: String
      }
      struct Numbers: Decodable {
        var delivered: Int?
        var lost: Int?
        var unbound: Int?
        var first_number: Int
        var last_number: Int
      }
      struct Point: Decodable {
        var point: String
        var received: Int?
        var lost: Int?
      }
      var moves: [Move]
      var numbers: [Numbers]
      var points: [Point]
    }
    struct Lost: Decodable {
      var first_number: Int
      var last_number: Int
      var fate: String?
    }
    var streams: [Stream]
  }

  private func lab(_ options: String...) async throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let run = try await Program.run(
      [Program.nemotop, "lab", "simulate", "--out", folder.path + "/lab"] + options)
    try #require(run.status == 0, "\(run.error)")
    return folder
  }

  private func sources(
    _ folder: TemporaryFolder,
    _ points: [String] = ["xen1", "xen1.vif", "xen2", "xen2.vif", "ha", "cn"]
  ) -> [String] {
    points.map { "\($0)=\(folder.path)/lab/\($0).pcapng" }
  }

  private func analyze(_ arguments: [String]) async throws -> Program.Result {
    try await Program.run([Program.nemotop, "analyze"] + arguments)
  }

  @Test func `every missing number has the fate that it met`() async throws {
    let folder = try await lab("--moves", "3", "--every", "3s", "--loss", "0.02")
    let result = try await analyze(sources(folder) + ["--format", "json"])
    #expect(result.status == 0, "\(result.error)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let truth = try decoder.decode(
      Truth.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path + "/lab/truth.json")))
    let stream = try #require(report.streams.first)
    let expected = try #require(truth.streams.first?.moves)
    #expect(stream.moves.map(\.lost) == expected.map(\.lost))
    #expect(stream.moves.map(\.unbound) == expected.map(\.unbound))
    #expect(stream.moves.map(\.lost_path) == expected.map(\.lostPath))
    #expect(stream.moves.allSatisfy { $0.verdict == "explained" })
    // What the guest numbered less what the receiver got is the list of the lost, number by number.
    let numbers = try #require(stream.numbers.first)
    let receiver = try #require(stream.points.first { $0.point == "cn" })
    #expect(numbers.delivered == receiver.received)
    let list = try await analyze(sources(folder) + ["--list-lost", "--format", "json"])
    let lost = try JSONDecoder().decode([Report.Lost].self, from: Data(list.output.utf8))
    let count = lost.reduce(0) { $0 + $1.last_number - $1.first_number + 1 }
    #expect(count == numbers.last_number - numbers.first_number + 1 - (numbers.delivered ?? 0))
    #expect(lost.allSatisfy { $0.fate != nil })
    let table = try await analyze(sources(folder) + ["--list-lost", "--format", "csv"])
    #expect(table.output.split(separator: "\n").count == lost.count + 1)
  }

  /// The first and the last moment that 64 bits of nanoseconds hold, among others, in any order.
  @Test(.timeLimit(.minutes(1)), arguments: ["analyze", "log"])
  func `a recording of impossible times has an end`(command: String) async throws {
    let times = [
      "1677-09-21T00:12:43.145224192Z", "2262-04-11T23:47:16.854775807Z", "1970-01-01T00:00:00Z",
      "2026-11-25T12:00:00Z",
    ]
    var lines = ""
    for (number, order) in [[0, 1, 2, 3], [3, 0, 1, 0], [1, 1, 0, 2]].joined().enumerated() {
      let (time, first) = (times[order], number * 10)
      lines += """
        {"record":"interval","time":"\(time)","point":"\(["xen1", "xen2", "ha"][number % 3])",\
        "stream":"[2001:db8:42::10]:5004>[2001:db8:cc::1]:5004","source":"2001:db8:42::10",\
        "source_port":5004,"destination":"2001:db8:cc::1","destination_port":5004,"leg":"direct",\
        "epoch":1,"packets":10,"ip_bytes":1000,"udp_bytes":520,"wire_bytes":1140,\
        "sequence_runs":[[\(first),\(first + 9),"\(time)","\(time)"]],"lost":0,"skipped":0,\
        "duplicates":0,"reordered":0,"blind":false}

        """
    }
    let folder = try TemporaryFolder()
    let file = folder.path + "/times.jsonl"
    try lines.write(toFile: file, atomically: true, encoding: .utf8)
    let result = try await Program.run([Program.nemotop, command, file])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("[2001:db8:42::10]:5004>[2001:db8:cc::1]:5004"))
  }

  @Test func `two external points alone say what they cannot know`() async throws {
    let folder = try await lab("--moves", "2", "--every", "3s")
    let result = try await analyze(sources(folder, ["xen1", "xen2"]) + ["--format", "json"])
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    let moves = try #require(report.streams.first?.moves)
    #expect(moves.count == 2)
    for move in moves {
      #expect(move.lost == nil)
      #expect(move.lost_server == nil)
      #expect(move.unbound == nil)
      #expect(move.path_change_ms == nil)
      #expect(move.verdict == "partial")
      #expect(abs((move.paused_ms ?? 0) - 200) < 1)
    }
    let text = try await analyze(sources(folder, ["xen1", "xen2"]))
    #expect(text.output.contains("delivered: not known without cn or ha"))
    #expect(text.output.contains("±?"))
    // A clock bound that is stated bounds them.
    let bounded = try await analyze(
      sources(folder, ["xen1", "xen2"]) + ["--clock-bound", "2ms"])
    #expect(!bounded.output.contains("±?"))
    // What is not known does not pass a check.
    let check = try await analyze(sources(folder, ["xen1", "xen2"]) + ["--max-loss", "0"])
    #expect(check.status == 2)
    #expect(check.error.contains("not known"))
  }

  @Test func `one point alone tells what it saw, and no move that it cannot see`() async throws {
    let folder = try await lab("--moves", "2", "--every", "3s")
    for point in ["xen1", "cn", "xen2.vif"] {
      let result = try await analyze(sources(folder, [point]) + ["--format", "json"])
      #expect(result.status == 0, "\(result.error)")
      let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
      let stream = try #require(report.streams.first)
      #expect(stream.moves.isEmpty, "\(point)")
      #expect(stream.points.map(\.point) == [point])
      let numbers = try #require(stream.numbers.first)
      // Only the receiver knows what was lost, and nobody alone knows where.
      #expect((numbers.lost == nil) == (point != "cn"))
      #expect(numbers.unbound == nil)
    }
    // At the home agent the tunnels tell the moves.
    let result = try await analyze(sources(folder, ["ha"]) + ["--format", "json"])
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    let moves = try #require(report.streams.first?.moves)
    #expect(moves.count == 2)
    #expect(moves.map(\.unbound) == moves.map(\.lost))
    #expect(moves.allSatisfy { $0.paused_ms == nil && $0.lost_path == nil })
  }

  @Test func `checks give exit status 2 and the reason, or 0`() async throws {
    let folder = try await lab("--moves", "2", "--every", "3s")
    let passed = try await analyze(
      sources(folder) + [
        "--max-loss", "8", "--max-gap", "300ms", "--max-paused", "201ms", "--min-moves", "2",
        "--no-blind",
      ])
    #expect(passed.status == 0, "\(passed.error)")
    #expect(passed.error.isEmpty)
    let failed = try await analyze(
      sources(folder) + ["--max-loss", "0.01%", "--max-paused", "100ms", "--min-moves", "3"])
    #expect(failed.status == 2)
    #expect(failed.complaints.count == 4)
    #expect(failed.complaints.allSatisfy { $0.hasPrefix("nemotop: --m") })
    for wrong in [["--max-loss", "many"], ["--max-gap", "3"], ["--min-moves", "-1"]] {
      let result = try await analyze(sources(folder) + wrong)
      #expect(result.status == 64, "\(wrong)")
      #expect(result.complaints.count == 1)
    }
  }

  @Test func `a campaign is held against an earlier one`() async throws {
    let good = try await lab("--moves", "6", "--every", "2s", "--pause", "100ms")
    let bad = try await lab("--moves", "6", "--every", "2s", "--pause", "400ms")
    let baseline = good.path + "/baseline.json"
    let first = try await analyze(sources(good) + ["--format", "json"])
    try first.output.write(toFile: baseline, atomically: true, encoding: .utf8)
    let same = try await analyze(sources(good) + ["--baseline", baseline])
    #expect(same.status == 0, "\(same.error)")
    let worse = try await analyze(sources(bad) + ["--baseline", baseline])
    #expect(worse.status == 2)
    #expect(worse.error.contains("paused_ms got worse: median"))
    #expect(!worse.error.contains("path_change_ms got worse"))
    let other = try await analyze(sources(good) + ["--baseline", good.path + "/lab/truth.json"])
    #expect(other.status == 1)
    #expect(other.complaints.count == 1)
    let absent = try await analyze(sources(good) + ["--baseline", good.path + "/none.json"])
    #expect(absent.status == 1)
  }

  @Test func `a recording gives what its captures give`() async throws {
    let folder = try await lab("--moves", "2", "--every", "3s", "--loss", "0.01")
    let log = try await Program.run(
      [
        Program.nemotop, "log", "--csv", folder.path + "/log", "--jsonl",
        folder.path + "/log.jsonl",
      ]
        + sources(folder))
    #expect(log.status == 0)
    let captures = try await analyze(sources(folder))
    for recording in ["/log", "/log.jsonl"] {
      let result = try await analyze([folder.path + recording])
      let moves = { (text: String) in text.split(separator: "\n").drop { !$0.hasPrefix("MOVE") } }
      #expect(moves(result.output) == moves(captures.output))
    }
  }
}
