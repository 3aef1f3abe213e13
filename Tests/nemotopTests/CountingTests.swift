import Foundation
import Testing

extension Trait where Self == ConditionTrait {
  /// Only where the machine allows namespaces of the test's own.
  static var needsNamespaces: Self {
    .enabled("needs network namespaces: run as root, or allow user namespaces") {
      try await PrivateWorldShell.isAvailable()
    }
  }

  static func needs(_ program: String) -> Self {
    .enabled("needs \(program), which is not installed") {
      try await Program.shell("command -v \(program)").status == 0
    }
  }
}

/// A shell in a world of its own: nothing of the host's networks is seen or touched, and the kernel
/// removes everything when the shell ends.
enum PrivateWorldShell {
  private static let isolation =
    getuid() == 0 ? ["--net", "--mount"] : ["--user", "--map-root-user", "--net", "--mount"]

  static func isAvailable() async throws -> Bool {
    try await run("true").status == 0
  }

  static func run(_ script: String) async throws -> Program.Result {
    let preparation =
      "mount -t tmpfs tmpfs /run && mkdir /run/netns && PATH='\(Program.folder)':$PATH\n"
    return try await Program.run(
      ["unshare"] + isolation + ["--", "bash", "-c", preparation + script])
  }
}

@Suite struct CountingTests {
  private static let points = [
    ("guest", "guest", "eth0"), ("xen1", "xen1", "eth0"), ("xen1.vif", "xen1", "br0"),
    ("xen2", "xen2", "eth0"), ("xen2.vif", "xen2", "br0"), ("ha", "ha", "eth0"),
    ("cn", "cn", "eth0"),
  ]

  /// Streams over two moves while nemotop and tcpdump capture at every point, then prints for each
  /// point what the kernel, nemotop and tcpdump counted. The kernel's counters are read when they
  /// stand still, so that all three saw the same packets.
  private static func script(in folder: String) -> String {
    let names = points.map { "\($0.0):nemotop-\($0.1):\($0.2)" }.joined(separator: " ")
    return """
      set -eu
      trap 'kill $(jobs -p) 2> /dev/null || true' EXIT
      points="\(names)"
      counters() {
        for p in $points; do IFS=: read -r name space interface <<< "$p"
          ip netns exec $space awk -v i="$interface:" '$1 == i { print $3 + $11 }' /proc/net/dev
        done
      }
      still() {
        for try in $(seq 40); do
          before=$(counters); sleep 0.5
          [ "$before" = "$(counters)" ] && { counters; return; }
        done
        echo "the counters never stood still" >&2; exit 1
      }
      nemotop lab up >&2
      sleep 3
      still > \(folder)/before
      sources=""
      for p in $points; do IFS=: read -r name space interface <<< "$p"
        sources="$sources $name=netns:$space:$interface"
        ip netns exec $space tcpdump -Z root -U -ni $interface -w \(folder)/$name.tcpdump 2> /dev/null &
        captures="${captures:-} $!"
      done
      nemotop log $sources --csv \(folder)/log & log=$!
      while [ ! -s \(folder)/log/intervals.csv ]; do sleep 0.1; done
      sleep 1
      [ "$(counters)" = "$(cat \(folder)/before)" ] || { echo "packets came early" >&2; exit 1; }
      ip netns exec nemotop-cn nemotop receive '[::]:5004' --duration 9s > /dev/null & receiver=$!
      sleep 0.5
      ip netns exec nemotop-guest nemotop send '[2001:db8:cc::1]:5004' --rate 500 --count 3000 \
      >&2 & sender=$!
      for server in xen2 xen1; do
        sleep 2; kill -STOP $sender; nemotop lab move $server >&2; kill -CONT $sender
      done
      wait $sender $receiver
      # Neighbours are probed some seconds after the last packet: wait until that is over.
      for try in $(seq 20); do
        still > \(folder)/after
        sleep 2
        [ "$(counters)" = "$(cat \(folder)/after)" ] && break
      done
      kill -INT $log $captures
      wait $log $captures || true
      [ "$(counters)" = "$(cat \(folder)/after)" ] || { echo "packets came late" >&2; exit 1; }
      paste \(folder)/before \(folder)/after | awk '{ print $2 - $1 }' > \(folder)/kernel
      """
  }

  @Test(.needsNamespaces, .needs("tcpdump"), .timeLimit(.minutes(3)))
  func `log, tcpdump and the kernel count the same packets at every point`() async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(Self.script(in: folder.path))
    try #require(run.status == 0, "\(run.error)")
    let kernel = try String(contentsOfFile: folder.path + "/kernel", encoding: .utf8)
      .split(separator: "\n").compactMap { Int($0) }
    let totals = try table(folder.path + "/log/totals.csv")
    try #require(kernel.count == Self.points.count)
    for (point, expected) in zip(Self.points.map(\.0), kernel) {
      let logged = totals.filter { $0["point"] == point }.compactMap { Int($0["packets"] ?? "") }
      let dumped = try await Program.shell(
        "tcpdump -nr '\(folder.path)/\(point).tcpdump' 2> /dev/null | wc -l")
      #expect(logged.reduce(0, +) == expected, "\(point)")
      #expect(
        Int(dumped.output.trimmingCharacters(in: .whitespacesAndNewlines)) == expected, "\(point)")
    }
    let moves = try table(folder.path + "/log/moves.csv")
    #expect(moves.map { $0["to_point"] } == ["xen2", "xen1"])
    #expect(moves.map { $0["lost"] } == ["0", "0"])
  }
}
