import Foundation
import Testing

/// What `log --write` keeps gives the same records again.
@Suite(.serialized) struct KeepTests {
  /// Two links out of a namespace, each with a neighbour that needs no asking for.
  private static let links = """
    set -eu
    trap 'kill -CONT $(jobs -p) 2> /dev/null || true; kill $(jobs -p) 2> /dev/null || true' EXIT
    link() {
      ip link add xen$1 type veth peer name peer$1
      ip link set peer$1 up; ip link set xen$1 up
      ip addr add fd00:$1::1/64 dev xen$1 nodad
      ip neigh add fd00:$1::2 lladdr 02:00:00:00:00:0$1 dev xen$1
    }
    started() { while [ ! -s $1 ]; do sleep 0.05; done; sleep 0.3; }
    same() { cmp $1.jsonl $2.jsonl; for kind in meta intervals totals marks moves
      do cmp $1/$kind.csv $2/$kind.csv; done; }
    link 1; link 2

    """

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `a live run's drops, absences, silences and marks come again`() async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(
      Self.links + """
        cd '\(folder.path)'; export XDG_RUNTIME_DIR="$PWD"
        nemotop log xen1 xen2 gw@anchor=peer1 --filter 'udp or icmp6' --interval 100ms \
          --left-after 400ms --jsonl live.jsonl --csv live --write kept.pcapng 2> told & log=$!
        started live/meta.csv
        nemotop send '[fd00:1::2]:5004' --source-port 5004 --rate 1000 --count 700 -q
        nemotop mark 'now the other way'
        nemotop send '[fd00:2::2]:5004' --source-port 5004 --rate 200 --count 100 -q
        ip link del xen2; sleep 0.6; link 2; sleep 0.4
        nemotop send '[fd00:2::2]:5004' --source-port 5004 --rate 200 --count 100 -q
        kill -STOP $log
        nemotop-send '[fd00:1::2]:5004' --rate 30k --size 1400 --count 45000 -q
        kill -CONT $log
        sleep 0.7; nemotop mark last; sleep 0.5
        kill -INT $log; wait $log
        nemotop log kept.pcapng --jsonl again.jsonl --csv again
        same live again
        gzip -c kept.pcapng | nemotop log -q - --jsonl piped.jsonl
        cmp live.jsonl piped.jsonl
        nemotop log -q xen2=kept.pcapng | head -1
        """)
    #expect(run.status == 0, "\(run.output) \(run.error)")
    #expect(run.output.contains(#""point":"xen2","role":"external","source":"xen2""#))
    let marks = try table(folder.path + "/again/marks.csv").map { $0["kind"] ?? "" }
    #expect(marks.count { $0 == "user" } == 2)
    #expect(marks.count { $0 == "blind" } >= 3)
    let totals = try table(folder.path + "/again/totals.csv")
    #expect(totals.contains { Int($0["capture_drops"] ?? "") ?? 0 > 0 })
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `a run that is killed leaves what was written, and it is said`() async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(
      Self.links + """
        cd '\(folder.path)'
        nemotop log -q xen1 --interval 100ms --jsonl live.jsonl --write kept.pcapng & log=$!
        started live.jsonl
        nemotop send '[fd00:1::2]:5004' --rate 1000 --count 800 -q
        kill -KILL $log; wait $log || true
        nemotop log -q kept.pcapng --jsonl again.jsonl && exit 9
        head -c $(wc -c < live.jsonl) again.jsonl | cmp - live.jsonl
        """)
    #expect(run.status == 0, "\(run.output) \(run.error)")
    #expect(run.error.contains("xen1 ended early: kept.pcapng has no end"), "\(run.error)")
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `packets go to standard output where the records do not`() async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(
      Self.links + """
        cd '\(folder.path)'
        nemotop log -q xen1 --jsonl live.jsonl --write - > kept.pcapng & log=$!
        started live.jsonl
        nemotop send '[fd00:1::2]:5004' --rate 100 --count 50 -q
        kill -INT $log; wait $log
        nemotop log -q - --jsonl again.jsonl < kept.pcapng
        cmp live.jsonl again.jsonl
        nemotop log -q xen1 --jsonl live2.jsonl --write - > >(head -c 9 > part) & log=$!
        started live2.jsonl
        nemotop send '[fd00:1::2]:5004' --rate 1000 --count 1500 -q
        kill -INT $log; wait $log && exit 9
        exit 0
        """)
    #expect(run.status == 0, "\(run.output) \(run.error)")
    #expect(run.complaints.count == 1, "\(run.error)")
    #expect(run.error.contains("not all are kept: standard output was closed by its reader"))
  }

  @Test(arguments: [
    ("lo --write full", 1, "full holds packets already"),
    ("lo --write no/kept.pcapng", 1, "no folder no: make it first"),
    ("nope --write new", 1, "no interface nope"),
    ("xen1=plain.pcap --write new", 1, "--write keeps the packets of interfaces, and xen1 is none"),
    ("lo --write -", 64, "cannot both go to standard output"),
    ("lo --jsonl - --write -", 64, "cannot both go to standard output"),
  ])
  func `what cannot be kept is refused in one line`(
    sample: (arguments: String, status: Int32, reason: String)
  ) async throws {
    let folder = try TemporaryFolder()
    let run = try await Program.shell(
      """
      cd '\(folder.path)' && echo > full && printf \
      '\\324\\303\\262\\241\\2\\0\\4\\0\\0\\0\\0\\0\\0\\0\\0\\0\\377\\377\\0\\0\\1\\0\\0\\0' > plain.pcap
      timeout 5 nemotop log \(sample.arguments); status=$?; ls new 2> /dev/null; exit $status
      """)
    #expect(run.status == sample.status, "\(run.error)")
    #expect(run.complaints.count == 1, "\(run.error)")
    #expect(run.error.contains(sample.reason), "\(run.error)")
    #expect(run.output.isEmpty)
  }
}
