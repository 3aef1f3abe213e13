import ArgumentParser

/// A part of the benchmark, which is a command of its own.
protocol Part: AsyncParsableCommand {
  var options: Options { get set }
  /// Whether it makes network namespaces.
  static var needsNetwork: Bool { get }
  func measure() async throws(Failure) -> Findings
}

extension Part {
  /// On the main thread from start to end, since programs die with the thread that started them.
  @MainActor func run() async throws {
    if Self.needsNetwork { try await Link.enterWorld() }
    warnIfSlow()
    print("\(Machine.current().description)\n")
    let findings = try await measure()
    print(findings.text)
    print("\n\(Goal.table(findings.goals).text)")
  }
}

/// What a part found.
struct Findings: Sendable {
  var title: String
  /// What the table's words mean, and what else must be known.
  var notes: String
  var table: MarkdownTable
  var goals: [Goal]

  var text: String { "### \(title)\n\n\(notes)\n\n\(table.text)" }
}

/// Says it where the compiler did not optimise, or where other programs are running.
func warnIfSlow() {
  if let load = Machine.load, load > 0.5 {
    note("other programs are running (load \(Goal.text(load))), so the figures may be far off")
  }
  #if DEBUG
    note("built for debugging, so the figures mean nothing: swift run -c release Benchmarks")
  #endif
}
