import Foundation
import Moves
import Report
import Subprocess
import Testing

/// Chromium without a screen.
enum Browser {
  static let program = "chromium"

  struct Visit: Sendable {
    /// The document as the browser has it in the end.
    var document: String
    /// What it wrote to its console: errors of scripts, and all that the document was kept from.
    var console: [Substring]
  }

  static func isThere() async -> Bool {
    let found = try? await Subprocess.run(
      .name("sh"), arguments: ["-c", "command -v \(program)"], output: .discarded)
    return found?.terminationStatus.isSuccess ?? false
  }

  static func visit(_ path: String, width: Int = 1100, options: String...) async throws -> Visit {
    let result = try await run(
      [
        "--window-size=\(width),1400", "--virtual-time-budget=5000", "--enable-logging=stderr",
        "--dump-dom",
      ] + options + ["file://" + path])
    return Visit(
      document: result.output,
      console: result.error.split(separator: "\n").filter { $0.contains(":CONSOLE:") })
  }

  /// Runs the browser with a profile of its own, for a minute at the most.
  static func run(_ options: [String]) async throws -> (output: String, error: String) {
    let profile = NSTemporaryDirectory() + "nemotop-browser-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: profile) }
    let result = try await Subprocess.run(
      .name("timeout"),
      arguments: Arguments(
        [
          "--kill-after=5", "60", program, "--headless", "--no-sandbox", "--disable-gpu",
          "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--hide-scrollbars",
          "--user-data-dir=" + profile,
        ] + options),
      output: .string(limit: 64 << 20), error: .string(limit: 4 << 20))
    try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
    return (result.standardOutput, result.standardError)
  }
}

extension Trait where Self == ConditionTrait {
  static var needsBrowser: Self {
    .enabled("needs chromium: apt-get install chromium") { await Browser.isThere() }
  }
}

@Suite(.needsBrowser, .serialized, .timeLimit(.minutes(3))) struct BrowserTests {
  /// Two moves, so that there is one of every drawing.
  private static let html: String = {
    var other = Example.move
    other.receiverGap = .milliseconds(345)
    return report(
      Example.points,
      steps(
        Example.points, Example.passings, seconds: 3, marks: Example.marks,
        moves: [Example.move, other])
    ).html()
  }()

  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nemotop-test-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func file(_ name: String, _ content: String) throws -> String {
    let file = folder.appendingPathComponent(name)
    try content.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  @Test func `a report renders, and neither runs nor asks for anything`() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let visit = try await Browser.visit(try file("report.html", Self.html))
    #expect(visit.console.isEmpty)
    #expect(visit.document.components(separatedBy: "<svg").count - 1 == 8)
    #expect(visit.document.contains("</footer>"))

    // Had it tried to, it would have been found out.
    let tempted = Self.html.replacingOccurrences(
      of: "<main>", with: "<main><img src='http://127.0.0.1:9/x.png'/><script>x()</script>")
    let other = try await Browser.visit(try file("tempted.html", tempted))
    #expect(other.console.count == 2)
  }

  @Test func `a report can be looked at and printed`() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = "file://" + (try file("report.html", Self.html))
    let picture = folder.appendingPathComponent("report.png")
    let paper = folder.appendingPathComponent("report.pdf")
    _ = try await Browser.run(["--window-size=1100,3000", "--screenshot=" + picture.path, page])
    _ = try await Browser.run(["--print-to-pdf=" + paper.path, page])
    let png = try Data(contentsOf: picture)
    #expect(png.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
    // A blank picture of this size has less than 20 kB.
    #expect(png.count > 60_000)
    #expect(try Data(contentsOf: paper).prefix(5) == Data("%PDF-".utf8))
  }

  @Test(arguments: [390, 768, 1100])
  func `nothing is cut off or written over, at any width`(width: Int) async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    // The same page with a script that measures it, and tells the page around it, which is as wide as
    // a phone may be.
    let measured = Self.html
      .replacingOccurrences(of: "default-src &#39;none&#39;", with: "default-src 'unsafe-inline'")
      .replacingOccurrences(of: "<details>", with: "<details open=''>")
      .replacingOccurrences(of: "</footer>", with: "</footer><script>\(Self.measuring)</script>")
    let inner = try file("measured.html", measured)
    let outer = try file(
      "frame.html",
      """
      <!DOCTYPE html><title>frame</title><body style="margin: 0"><pre id="found">nothing</pre>
      <script>onmessage = e => document.getElementById("found").textContent = e.data</script>
      <iframe src="file://\(inner)" width="\(width)" height="1000" style="border: 0"></iframe>
      """)
    let visit = try await Browser.visit(outer, width: 1300)
    #expect(visit.console.isEmpty)
    #expect(visit.document.contains("<pre id=\"found\">4 drawings. </pre>"), "\(visit.document)")
  }

  /// Counts the drawings that are shown, and lists texts beyond an edge or over one another, and a page
  /// that is wider than its window.
  private static let measuring = """
    let found = "", shown = 0;
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) found += "page is " + page.scrollWidth + " wide. ";
    for (const svg of document.querySelectorAll("svg")) {
      const edge = svg.getBoundingClientRect();
      if (edge.width == 0) continue;
      shown++;
      const boxes = [];
      for (const text of svg.querySelectorAll("text")) {
        const box = text.getBoundingClientRect();
        if (box.left < edge.left - 3 || box.right > edge.right + 3 || box.top < edge.top - 3
            || box.bottom > edge.bottom + 3) found += "cut: " + text.textContent + ". ";
        for (const other of boxes)
          if (box.left < other.right - 2 && other.left < box.right - 2
              && box.top < other.bottom - 4 && other.top < box.bottom - 4)
            found += "over another: " + text.textContent + ". ";
        boxes.push(box);
      }
    }
    parent.postMessage(shown + " drawings. " + found, "*");
    """
}
