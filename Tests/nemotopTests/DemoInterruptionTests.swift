import Foundation
import Testing

/// A demo that is ended at any moment leaves nothing: it runs in process, mount and network namespaces of the test's,
/// where all that is left can be seen.
@Suite(.serialized, .needsNamespaces, .needs("nft")) struct DemoInterruptionTests {
  /// The options, a signal, what it comes after in the demo's output (nothing: at once), and how long after.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      ("--topology nemo", "INT", "", "0.05"),
      ("--topology nemo --hold --arrival noticed", "TERM", "paused", "0"),
      ("--topology bridged", "INT", "paused", "0.02"),
      ("--topology routed", "INT", "resumed", "0.3"),
      ("--topology nat", "TERM", "", "0.25"),
      ("--fault delay:5ms", "INT", "", "0.15"),
      ("--fault bandwidth:8M", "TERM", "paused", "0.05"),
      ("--fault ha-down:300ms", "INT", "resumed", "0.1"),
      ("--fault bu-lost:1", "INT", "resumed", "0"),
      ("--fault loss:0.2 --fault server-loss:50ms", "KILL", "paused", "0"),
      ("--fault wrong-key:200ms", "KILL", "", "0.4"),
    ])
  func `nothing is left`(
    options: String, signal: String, words: String, delay: String
  ) async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(
      """
      cat > '\(folder.path)/run.sh' <<'END'
      cd '\(folder.path)'
      nemotop demo --text --moves 3 --every 4s --rate 100 \(options) > output 2> error & demo=$!
      if [ -n '\(words)' ]; then until grep -q '\(words)' output || ! kill -0 $demo 2>/dev/null; do sleep 0.01; done; fi
      sleep \(delay); kill -\(signal) $demo; wait $demo 2>/dev/null; status=$?
      case $status in 0|130|143|137) echo ended ;; *) echo "status $status"; cat error ;; esac
      # The kernel ends what is left of a killed program's by and by.
      for turn in $(seq 100); do
        others=$(ps -eo pid=,args= | grep -vE 'bash|ps -eo|grep|sleep 0.05')
        [ -z "$others" ] && break; sleep 0.05
      done
      echo "processes: $others"
      echo "namespaces: $(ip netns list)$(ls /run/netns)"
      echo "links: $(ip -o link | cut -d' ' -f2)"
      echo "tables: $(nft list tables)"
      END
      unshare --pid --fork --mount-proc bash '\(folder.path)/run.sh'
      """)
    #expect(
      run.output == "ended\nprocesses: \nnamespaces: \nlinks: lo:\ntables: \n", "\(run.error)")
  }
}
