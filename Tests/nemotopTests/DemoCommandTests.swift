import Foundation
import Testing

@Suite(.serialized) struct DemoCommandTests {
  /// The points of the experiment, whose captures a demo leaves.
  private static let points = ["guest", "xen1", "xen1.vif", "xen2", "xen2.vif", "ha", "cn"]

  /// Counts those of some processes that run still, and are not only waiting to be reaped.
  private static let running =
    "running() { [ $# = 0 ] && echo 0 || ps -o stat= -p $(echo $* | tr ' ' ,) | grep -vc Z; }"

  /// Checks what a demo of four moves left in a folder, and said about it at the end.
  private func check(_ folder: String, _ demo: Program.Result) async throws {
    let report = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
    #expect(report.contains("<h1>4 moves between xen1 and xen2</h1>"))
    #expect(demo.output.split(separator: "\n").last == "report: \(folder)/report.html")

    let moves = try table(folder + "/moves.csv")
    #expect(moves.map { $0["from_point"] } == ["xen1", "xen2", "xen1", "xen2"])
    #expect(moves.map { $0["to_point"] } == ["xen2", "xen1", "xen2", "xen1"])
    #expect(moves.allSatisfy { Double($0["gap_ms"] ?? "") ?? 0 > 0 })
    #expect(moves.allSatisfy { Int($0["lost"] ?? "") != nil })

    // Each second that a server carried the stream has its row, and none carried it twice.
    let external = try table(folder + "/intervals.csv").filter {
      ["xen1", "xen2"].contains($0["point"]) && $0["stream"]?.contains("5004") == true
    }
    let seconds = Dictionary(grouping: external) { $0["time"] ?? "" }
    #expect(seconds.count >= 12)
    #expect(
      seconds.values.allSatisfy { rows in
        Set(rows.map { $0["point"] }).count == rows.count
      })

    // The captures give the same records again.
    let names = try table(folder + "/meta.csv").compactMap { $0["point"] }
    #expect(names.sorted() == Self.points.sorted())
    let replay = try await Program.run(
      [Program.nemotop, "log", "-q", "--csv", folder + "/replay"]
        + names.map { "\(folder)/\($0).pcapng" })
    #expect(replay.status == 0, "\(replay.error)")
    for kind in ["meta", "intervals", "totals", "marks", "moves"] {
      let live = try String(contentsOfFile: folder + "/\(kind).csv", encoding: .utf8)
      let again = try String(contentsOfFile: folder + "/replay/\(kind).csv", encoding: .utf8)
      #expect(again == live, "\(kind)")
    }
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(3)))
  func `four moves leave four rows, and captures that tell the same`() async throws {
    let folder = try TemporaryFolder()
    let demo = try await Program.run(
      "demo", "--text", "--moves", "4", "--every", "3s", "--out", folder.path + "/out")
    #expect(demo.status == 0, "\(demo.error)")
    #expect(demo.output.contains("status 0 (accepted)"))
    try await check(folder.path + "/out", demo)
  }

  @Test(.timeLimit(.minutes(3)))
  func `the simulated demo leaves the same, and needs no rights`() async throws {
    let folder = try TemporaryFolder()
    let demo = try await Program.run(
      "demo", "--simulated", "--text", "--moves", "4", "--every", "3s", "--out",
      folder.path + "/out")
    #expect(demo.status == 0, "\(demo.error)")
    try await check(folder.path + "/out", demo)
  }

  @Test func `a simulated demo without a number of moves says how many it holds`() async throws {
    let demo = try await Program.shell(
      "timeout --preserve-status -s INT 2 nemotop demo --simulated --text --rate 1000")
    #expect(demo.status == 0, "\(demo.error)")
    #expect(demo.error.contains("ends by itself after 40 moves"), "\(demo.error)")
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(3)))
  func `two demos side by side end by a signal each, and leave nothing`() async throws {
    let folder = try TemporaryFolder()
    let run = try await Program.shell(
      """
      \(Self.running)
      cd '\(folder.path)'
      before=$(ip -o link | wc -l)
      nemotop demo --text --every 2s --out first > first.txt 2> first.err & first=$!
      nemotop demo --text --every 2s --out second > second.txt 2> second.err & second=$!
      for try in $(seq 600); do
        [ "$(cat first/moves.csv 2> /dev/null | wc -l)" -ge 2 ] \\
        && [ "$(cat second/moves.csv 2> /dev/null | wc -l)" -ge 2 ] && break
        sleep 0.1
      done
      children=$(pgrep -P $first,$second -f 'nemotop send')
      kill -INT $first; kill -TERM $second
      wait $first; echo "first $?"
      wait $second; echo "second $?"
      sleep 0.5
      echo "links $(( $(ip -o link | wc -l) - before ))"
      echo "senders $(echo $children | wc -w), left $(running $children)"
      wc -l < first/moves.csv; wc -l < second/moves.csv
      """)
    let lines = run.output.split(separator: "\n")
    try #require(lines.count == 6, "\(run.output) \(run.error)")
    #expect(lines[0...3] == ["first 0", "second 0", "links 0", "senders 2, left 0"])
    // A header and at least one move each.
    #expect(lines[4...5].allSatisfy { Int($0) ?? 0 >= 2 })
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(3)))
  func `a demo that is killed leaves no process behind`() async throws {
    let run = try await Program.shell(
      """
      \(Self.running)
      nemotop demo --text --every 2s > /dev/null 2>&1 & demo=$!
      until children=$(pgrep -P $demo -f 'nemotop send'); do sleep 0.1; done
      kill -KILL $demo; wait $demo
      sleep 0.5
      echo "senders $(echo $children | wc -w), left $(running $children)"
      """)
    #expect(run.output == "senders 1, left 0\n", "\(run.error)")
  }
}
