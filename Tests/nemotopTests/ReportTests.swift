import Foundation
import Testing

@Suite struct ReportTests {
  private static let points = ["xen1", "xen1.vif", "xen2", "xen2.vif", "ha", "cn"]

  /// The sources of a simulated run of two moves.
  private func simulate(in folder: TemporaryFolder) async throws -> [String] {
    let lab = folder.path + "/lab"
    let run = try await Program.run(
      "lab", "simulate", "--out", lab, "--moves", "2", "--every", "4s", "--loss", "0.01")
    try #require(run.status == 0, "\(run.error)")
    return Self.points.map { "\($0)=\(lab)/\($0).pcapng" }
  }

  private func report(_ arguments: [String]) async throws -> Program.Result {
    try await Program.run([Program.nemotop, "report"] + arguments)
  }

  @Test func `captures and their recording give the same report`() async throws {
    let folder = try TemporaryFolder()
    let sources = try await simulate(in: folder)
    let log = folder.path + "/log"
    _ = try await Program.run([Program.nemotop, "log", "-q", "--csv", log] + sources)
    let direct = try await report(sources + ["--output", folder.path + "/direct.html"])
    #expect(direct.status == 0)
    #expect(direct.error == "nemotop: \(folder.path)/direct.html: 2 moves\n")
    let again = try await report([log, "-o", "-", "--title", "A run & its <truth>"])
    #expect(again.status == 0)
    #expect(again.error.isEmpty)
    let html = try String(contentsOfFile: folder.path + "/direct.html", encoding: .utf8)
    let heading = "2 moves between xen1 and xen2"
    #expect(html.contains("<h1>\(heading)</h1>"))
    #expect(
      again.output
        == html.replacingOccurrences(of: heading, with: "A run &amp; its &lt;truth&gt;"))

    // What the report says is what the records say.
    for move in try table(log + "/moves.csv") {
      let gap = try #require(move["receiver_gap_ms"])
      #expect(html.contains("<data value=\"\(gap)\">"))
      let time = try #require(move["first_after"])
      #expect(html.contains("<time datetime=\"\(time)\">"))
    }
  }

  @Test func `a file that is there is left alone, unless it is to be replaced`() async throws {
    let folder = try TemporaryFolder()
    let source = try #require(try await simulate(in: folder).last)
    let file = try folder.file("report.html", "mine")
    var run = try await report([source, "--output", file])
    #expect(run.status == 1)
    #expect(
      run.error
        == "nemotop: \(file) is there already: name another file, or replace it with --force\n")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
    run = try await report([source, "--output", file, "--force"])
    #expect(run.status == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8).hasPrefix("<!DOCTYPE html>"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }

  @Test func `a place that cannot be written to is told before the work, in one line`() async throws
  {
    let folder = try TemporaryFolder()
    let missing = try await report(["cn=cn.pcap", "--output", folder.path + "/none/report.html"])
    #expect(missing.status == 1)
    #expect(missing.error == "nemotop: no folder \(folder.path)/none: make it first\n")
    let taken = try await report(["cn=cn.pcap", "--output", folder.path])
    #expect(taken.complaints.count == 1)
    #expect(taken.error.contains("is a folder: name a file in it"))
  }
}
