import Foundation
import Testing

/// What the capture itself missed is counted, marked and told, and never a loss without a word.
@Suite(.serialized) struct BlindnessTests {
  /// A link between two namespaces; `link` makes it, also anew.
  private static let link = """
    set -eu
    trap 'kill -CONT $(jobs -p) 2> /dev/null || true; kill $(jobs -p) 2> /dev/null || true' EXIT
    link() {
      ip link add va netns a type veth peer name vb netns b
      ip -n a addr add 2001:db8::1/64 dev va nodad
      ip -n b addr add 2001:db8::2/64 dev vb nodad
      ip -n a link set va up
      ip -n b link set vb up
      # Until an address is resolved, most packets do not get as far as to the link.
      until ip -n a neigh show 2001:db8::2 dev va | grep -q lladdr; do
        ip netns exec a nemotop-send '[2001:db8::2]:9' --count 1 -q || true
        sleep 0.1
      done
    }
    until_there() { until grep -q "$1" "$2" 2> /dev/null; do sleep 0.05; done; }
    ip netns add a
    ip netns add b
    link

    """

  private static func sum(_ rows: [[String: String]], _ column: String) -> Int {
    rows.reduce(0) { $0 + (Int($1[column] ?? "") ?? 0) }
  }

  /// That replays of the records in `log` and of the packets in `kept.pcapng` give the records again,
  /// byte for byte.
  private static func expectSameReplays(in folder: TemporaryFolder) async throws {
    let run = try await Program.shell(
      """
      cd '\(folder.path)'
      for source in log kept.pcapng; do
        rm -rf again; nemotop log -q $source --csv again
        for kind in intervals totals marks moves; do cmp log/$kind.csv again/$kind.csv; done
      done
      """)
    #expect(run.output.isEmpty && !run.error.contains("cmp:"), "\(run.output) \(run.error)")
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `packets for which the ring has no room are counted to the last one`() async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(
      Self.link + """
        nemotop log b=netns:b:vb --filter 'udp port 5004' --csv '\(folder.path)/log' \
          --write '\(folder.path)/kept.pcapng' & log=$!
        while [ ! -s '\(folder.path)/log/meta.csv' ]; do sleep 0.1; done; sleep 0.3
        ip netns exec a nemotop-send '[2001:db8::2]:5004' --rate 20k --size 1400 --count 60000 \
          --offload off -q \
          || true & sender=$!
        sleep 0.5
        kill -STOP $log
        sleep 2
        kill -CONT $log
        wait $sender
        sleep 1
        kill -INT $log
        wait $log
        """)
    try #require(run.status == 0, "\(run.error)")
    let rows = try table(folder.path + "/log/intervals.csv")
    let totals = try table(folder.path + "/log/totals.csv")
    let drops = Self.sum(totals, "capture_drops")
    #expect(drops > 0, "the ring was large enough: nothing is proved")
    #expect(Self.sum(rows, "packets") + drops == 60_000)
    #expect(run.error.contains("\(drops) dropped by the capture"), "\(run.error)")
    // Numbers that are missing are missing in blind intervals.
    let missing = rows.filter { $0["lost"] != "0" || $0["skipped"] != "0" }
    #expect(!missing.isEmpty && missing.allSatisfy { $0["blind"] == "true" }, "\(missing)")
    // From the first blind interval to the last one, each has a mark.
    let marks = try table(folder.path + "/log/marks.csv").filter { $0["kind"] == "blind" }
    let starts = Set(marks.compactMap { $0["time"] })
    let blind = totals.filter { starts.contains($0["time"] ?? "") }
    #expect(Set(blind.compactMap { $0["time"] }).count == starts.count)
    let first = try #require(starts.min())
    let last = try #require(starts.max())
    #expect(
      totals.allSatisfy { row in
        let time = row["time"] ?? ""
        return time < first || time > last || starts.contains(time)
      }, "\(starts)")
    try await Self.expectSameReplays(in: folder)
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)), arguments: ["ring", "libpcap"])
  func `an interface that comes back is captured again, and was blind`(
    method: String
  ) async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(
      Self.link + """
        cd '\(folder.path)'
        send() { ip netns exec a nemotop-send '[2001:db8::2]:5004' --rate 500 --count $1 -q || true; }
        nemotop log b=netns:b:vb --filter 'udp port 5004' --capture \(method) --csv log --write kept.pcapng \
          2> told & log=$!
        while [ ! -s log/meta.csv ]; do sleep 0.1; done; sleep 0.3
        send 500
        ip -n b link del vb
        until_there 'went away' told
        ip netns del b
        ip netns add b
        link
        until_there 'was blind for' told
        send 700
        sleep 1.5
        kill -INT $log
        wait $log
        """)
    try #require(run.status == 0, "\(run.error)")
    let rows = try table(folder.path + "/log/intervals.csv")
    #expect(Self.sum(rows, "packets") == 1200)
    let told = try String(contentsOfFile: folder.path + "/told", encoding: .utf8)
    #expect(told.contains("b: interface vb went away"), "\(told)")
    #expect(told.contains("1200 packets, 0 malformed, 0 dropped by the capture, away once"))
    let marks = try table(folder.path + "/log/marks.csv").filter { $0["kind"] == "blind" }
    try #require(marks.count == 2, "\(marks)")
    #expect(marks[0]["detail"]?.contains("interface went away") == true)
    #expect(marks[1]["detail"]?.contains("resumed") == true)
    let (ended, resumed) = (try #require(marks[0]["time"]), try #require(marks[1]["time"]))
    #expect(ended < resumed)
    // The interval in which it went away has packets, and is blind.
    let before = try #require(rows.last { $0["time"]! <= ended })
    #expect(before["blind"] == "true")
    try await Self.expectSameReplays(in: folder)
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `a move while an interface is away is blind`() async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(
      Self.link + """
        cd '\(folder.path)'
        ip -n a link add wa type veth peer name wb netns b
        ip -n a link set wa up
        ip -n b link set wb up
        ip -n a neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 dev va
        ip -n a neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 dev wa
        ip -n a route add 2001:db8::9/128 dev va
        nemotop log xen1=netns:b:vb xen2=netns:b:wb --filter 'udp port 5004' --csv log --write kept.pcapng \
          2> told & log=$!
        while [ ! -s log/meta.csv ]; do sleep 0.1; done; sleep 0.3
        ip netns exec a nemotop-send '[2001:db8::9]:5004' --source 2001:db8::1 --rate 500 --count 3000 \
          -q || true & sender=$!
        sleep 2
        ip -n b link del vb
        ip -n a addr add 2001:db8::1/64 dev wa nodad
        ip -n a route add 2001:db8::9/128 dev wa
        wait $sender
        sleep 2
        kill -INT $log
        wait $log || echo "status $?"
        """)
    try #require(run.status == 0, "\(run.error)")
    #expect(run.output == "status 1\n", "still away at the end")
    let moves = try table(folder.path + "/log/moves.csv")
    #expect(moves.map { $0["to_point"] } == ["xen2"])
    #expect(moves.map { $0["verdict"] } == ["blind"])
    try await Self.expectSameReplays(in: folder)
  }

  @Test(.timeLimit(.minutes(2)))
  func `what the sink's socket has no room for is counted, and is blind`() async throws {
    let folder = try TemporaryFolder()
    let run = try await Program.shell(
      """
      cd '\(folder.path)'
      nemotop receive '[::1]:0' --log log > said & sink=$!
      trap 'kill -CONT $sink; kill $sink' EXIT
      while [ ! -s log/meta.csv ]; do sleep 0.1; done
      port=$(sed -n 's/.*:\\([0-9]*\\),.*/\\1/p' log/meta.csv | tail -n 1)
      nemotop-send "[::1]:$port" --rate 20k --size 1400 --count 60000 \
        --offload off -q & sender=$!
      sleep 0.5
      kill -STOP $sink
      sleep 1.5
      kill -CONT $sink
      wait $sender
      sleep 1
      trap - EXIT
      kill -INT $sink
      wait $sink
      """)
    try #require(run.status == 0, "\(run.error)")
    let rows = try table(folder.path + "/log/intervals.csv")
    let drops = Self.sum(try table(folder.path + "/log/totals.csv"), "capture_drops")
    #expect(drops > 0, "the socket had room for all: nothing is proved")
    #expect(Self.sum(rows, "packets") + drops == 60_000)
    #expect(rows.contains { $0["lost"] != "0" })
    #expect(rows.allSatisfy { $0["lost"] == "0" || $0["blind"] == "true" })
    let said = try String(contentsOfFile: folder.path + "/said", encoding: .utf8)
    #expect(said.contains("sum: blind, the socket had no room \(drops) times"), "\(said)")
  }
}
