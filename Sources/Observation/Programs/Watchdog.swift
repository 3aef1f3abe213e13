import Subprocess

/// Ends the programs that are left when this one is gone, in whatever way: killed, crashed, or ended at
/// once.
///
/// It is a shell that reads what runs, and whose input ends with this program.
final class Watchdog: Sendable {
  static let shared = Watchdog()

  private static let script = """
    trap '' HUP INT QUIT TERM PIPE
    groups=
    while read -r change group; do
      rest=
      for other in $groups; do [ "$other" = "$group" ] || rest="$rest $other"; done
      groups=$rest
      [ "$change" = - ] || groups="$groups $group"
    done
    [ -n "$groups" ] || exit
    for group in $groups; do kill -s TERM -- "-$group"; kill -s CONT -- "-$group"; done
    sleep 1
    for group in $groups; do kill -s KILL -- "-$group"; done
    """

  private let lines: AsyncStream<String>.Continuation

  private init() {
    let (changes, lines) = AsyncStream.makeStream(of: String.self)
    self.lines = lines
    var options = PlatformOptions()
    options.createSession = true
    let apart = options
    Task.detached {
      // Without it everything else works.
      _ = try? await Subprocess.run(
        .name("sh"), arguments: ["-c", Self.script], platformOptions: apart, input: .inputWriter,
        output: .discarded, error: .discarded
      ) { execution in
        for await line in changes {
          _ = try await execution.standardInputWriter.write([UInt8](line.utf8))
        }
      }
    }
  }

  /// Takes that this group of processes runs.
  func began(group: Int32) { lines.yield("+ \(group)\n") }

  /// Takes that nothing of it is left.
  func ended(group: Int32) { lines.yield("- \(group)\n") }
}
