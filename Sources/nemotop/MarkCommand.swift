import ArgumentParser
import Observation

/// `nemotop mark`: a mark of the user's in everything that runs.
struct MarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mark",
    abstract: "Drop a mark into the running monitors and logs of this machine.",
    discussion: """
      The mark is dated now, and shown and logged by every monitor and log that this user runs here.

      Example:
        nemotop mark "cable pulled"
      """)

  @Argument(help: "What the mark says.")
  var text: String

  func run() async throws {
    try await telling {
      let reached = MarkSocket.send(text)
      guard reached > 0 else {
        throw Failure("no monitor or log of this user runs here: start one, then mark")
      }
      print("marked in \(reached) \(reached == 1 ? "program" : "programs")")
    }
  }
}
