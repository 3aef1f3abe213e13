import Wire

/// A user's mark on another host, by the nemotop there.
package enum RemoteMark {
  /// Puts it down; what went wrong, or nil.
  package static func put(_ text: String, on host: String) async -> ShuttleError? {
    let line = ["nemotop", "mark", text].map(\.shellQuoted).joined(separator: " ")
    let command = Command(words: ["ssh", "-o", "BatchMode=yes", "--", host, line])
    do throws(ShuttleError) {
      try await command.run(limit: .seconds(10))
      return nil
    } catch {
      return error
    }
  }
}
