import Foundation
import Testing

/// An interface that is made anew under another name, as a Xen guest's is at each migration.
@Suite(.serialized, .needsNamespaces) struct TransientInterfaceTests {
  /// `come NAME`: the guest's interface is there, and is found before anything passes it; `send N`: numbers of one stream, from
  /// `first` on; `go`: it is gone; `begin`, `end`: of the log.
  private static let functions = """
    set -eu
    trap 'kill $(jobs -p) 2> /dev/null || true' EXIT
    ip netns add a; ip netns add b
    come() {
      ip link add va address 02:00:00:00:00:10 netns a type veth peer name $1 address 02:00:00:00:00:01 netns b
      ip netns exec b sh -c "echo 1 >/proc/sys/net/ipv6/conf/$1/disable_ipv6"
      ip netns exec a sh -c 'echo 0 >/proc/sys/net/ipv6/conf/va/router_solicitations'
      ip -n a addr add 2001:db8::1/64 dev va nodad
      ip -n a neigh replace 2001:db8::2 lladdr 02:00:00:00:00:01 dev va nud permanent
    }
    up() { ip -n b link set $1 up; ip -n a link set va up; sleep 0.2; }
    send() { ip netns exec a nemotop-send '[2001:db8::2]:5004' --source-port 5004 --rate 1k --count $1 -q; }
    go() { sleep 0.3; ip -n a link del va; }
    begin() {
      nemotop log --filter 'udp port 5004' "xen1.vif=netns:b:vif*.0" --csv log --write kept.pcapng 2> said & log=$!
      until [ -s log/meta.csv ]; do sleep 0.05; done; sleep 0.3
    }
    end() { sleep 1; kill -INT $log; wait $log; echo "ended $?"; }

    """

  private func run(_ lines: String, in folder: TemporaryFolder) async throws -> String {
    let run = try await PrivateWorldShell.run("cd '\(folder.path)'\n" + Self.functions + lines)
    #expect(run.status == 0, "\(run.error)")
    return run.output
  }

  private func packets(in folder: TemporaryFolder) throws -> Int {
    try table(folder.path + "/log/intervals.csv").reduce(0) { $0 + (Int($1["packets"] ?? "") ?? 0) }
  }

  @Test(.timeLimit(.minutes(2)))
  func `it is followed by its pattern, and what is away is not blind`() async throws {
    let folder = try TemporaryFolder()
    let said = try await run(
      """
      begin
      for name in vif1.0 vif7.0 vif12.0; do
        come $name; sleep 0.3; up $name; send 100; go; sleep 0.5
      done
      come vif13.0; sleep 0.3; up vif13.0; send 50; sleep 0.3
      ip -n b link set vif13.0 down; ip -n b link set vif13.0 name vif14.0; ip -n b link set vif14.0 up
      sleep 0.3; send 50
      end
      """, in: folder)
    #expect(said == "ended 0\n")
    #expect(try packets(in: folder) == 400)
    let marks = try table(folder.path + "/log/marks.csv")
    #expect(!marks.contains { $0["kind"] == "blind" }, "\(marks)")
    let again = try await Program.shell(
      "cd '\(folder.path)'; nemotop log -q kept.pcapng --csv again; cmp log/intervals.csv again/intervals.csv"
    )
    #expect(again.output.isEmpty && !again.error.contains("cmp:"), "\(again)")
  }

  @Test(.timeLimit(.minutes(2)))
  func `what passed before it could be attached is blind`() async throws {
    let folder = try TemporaryFolder()
    _ = try await run(
      """
      begin
      kill -STOP $log
      come vif1.0; up vif1.0; send 30
      kill -CONT $log; sleep 0.5
      send 70; sleep 0.3
      end
      """, in: folder)
    #expect(try packets(in: folder) == 70)
    let marks = try table(folder.path + "/log/marks.csv")
    #expect(marks.contains { $0["kind"] == "blind" }, "\(marks)")
  }

  @Test func `a name that is none of an interface is refused, a pattern is not`() async throws {
    let run = try await Program.shell("nemotop log x=nothing0 --jsonl -")
    #expect(run.status == 1 && run.error.contains("no interface nothing0"))
  }
}
