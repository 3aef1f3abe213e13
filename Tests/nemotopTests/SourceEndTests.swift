import Foundation
import Testing

/// What becomes of the others where one source ends, or cannot be kept.
@Suite(.serialized) struct SourceEndTests {
  /// Two runs of the simulation that begin at the same time and last about 5 s and 11 s.
  private func simulate(in folder: TemporaryFolder) async throws {
    for (name, every) in [("short", "3s"), ("long", "9s")] {
      let run = try await Program.shell(
        """
        cd '\(folder.path)' && nemotop lab simulate --out \(name) --moves 1 --every \(every) \
        && nemotop log -q xen1=\(name)/xen1.pcapng cn=\(name)/cn.pcapng --jsonl \(name).jsonl \
        && nemotop log -q ha=\(name)/ha.pcapng --jsonl \(name)-ha.jsonl
        """)
      try #require(run.status == 0, "\(run.error)")
    }
  }

  @Test(arguments: [
    "short.jsonl long/ha.pcapng", "ha=short/ha.pcapng long.jsonl", "short.jsonl long-ha.jsonl",
  ])
  func `a source that ends before the others does not hold them up`(sources: String) async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let log = try await Program.shell(
      "cd '\(folder.path)' && timeout 30 nemotop log -q \(sources) --csv together")
    #expect(log.status == 0, "\(log.error)")
    let alone = try await Program.shell(
      """
      cd '\(folder.path)' && for source in \(sources); do
        nemotop log -q $source --csv alone-$(echo $source | tr -c 'a-z0-9\\n' -)
      done; cat alone-*/intervals.csv | grep -vc ^time
      """)
    let rows = try table(folder.path + "/together/intervals.csv")
    #expect("\(rows.count)\n" == alone.output, "\(alone.error)")
    #expect(rows.last?["time"]?.contains("00:00:1") == true)
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `an interface that is away at the end was told at once, others went on`() async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(
      """
      cd '\(folder.path)'
      for n in 1 2; do
        ip link add xen$n type veth peer name peer$n
        ip link set peer$n up; ip link set xen$n up
        ip addr add fd00:$n::1/64 dev xen$n nodad
        ip neigh add fd00:$n::2 lladdr 02:00:00:00:00:0$n dev xen$n
      done
      nemotop log xen1 xen2 --csv log 2> told & log=$!
      while [ ! -s log/meta.csv ]; do sleep 0.1; done; sleep 0.5
      nemotop send '[fd00:2::2]:5004' --rate 100 --count 600 -q & second=$!
      nemotop send '[fd00:1::2]:5004' --rate 100 --duration 1500ms -q
      ip link del xen1
      sleep 1; cat told
      wait $second; sleep 1
      kill -INT $log; wait $log; echo "status $?"
      nemotop log -q log --csv again
      """)
    let said = run.output.split(separator: "\n")
    #expect(said.count == 2, "\(run.output) \(run.error)")
    #expect(said.first?.contains("interface xen1 went away") == true)
    #expect(said.last == "status 1")
    let sent = try table(folder.path + "/log/intervals.csv").filter {
      $0["point"] == "xen2" && $0["stream"]?.contains(":5004") == true
    }
    #expect(sent.compactMap { Int($0["packets"] ?? "") }.reduce(0, +) == 600)
    let marks = try table(folder.path + "/log/marks.csv").filter { $0["point"] == "xen1" }
    let blind = marks.filter { $0["kind"] == "blind" }
    #expect(blind.count == 1)
    let again = try table(folder.path + "/again/marks.csv").filter { $0["kind"] == "blind" }
    #expect(again == blind)
    let left = try #require(
      marks.first { $0["kind"] == "left" && $0["stream"]?.contains(":5004") == true })
    #expect(try #require(left["time"]) < #require(blind.first?["time"]))
    // Told in its time, not at the end: marks stand in the order in which they were told.
    let all = try table(folder.path + "/log/marks.csv").map { "\($0["point"]!) \($0["kind"]!)" }
    let first = try #require(all.firstIndex(of: "xen1 left"))
    #expect(all[first...].contains("xen2 left"))
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `a demo on a full disk ends with one line and status 1`() async throws {
    let folder = try TemporaryFolder()
    let run = try await PrivateWorldShell.run(
      """
      mount -t tmpfs -o size=400k tmpfs '\(folder.path)'
      nemotop demo --simulated --text --moves 1 --every 3s --out '\(folder.path)/out' > /dev/null
      """)
    #expect(run.status == 1)
    #expect(run.complaints.count == 1, "\(run.error)")
    #expect(run.error.contains("no space left for"))
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `records that have no place where packets had none end a demo without a second line`()
    async throws
  {
    let folder = try TemporaryFolder()
    // Two pages of records beyond the first of each file.
    let run = try await PrivateWorldShell.run(
      """
      mount -t tmpfs -o size=24k tmpfs '\(folder.path)'; cd '\(folder.path)'; mkdir out
      for point in guest xen1 xen2 cn ha; do ln -s /dev/full out/$point.pcapng; done
      nemotop demo --simulated --text --moves 2 --every 4s --out out > /dev/null
      """)
    #expect(run.status == 1)
    #expect(run.complaints.count == 1, "\(run.error)")
    #expect(run.error.contains("not all are kept: no space left for"))
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `a step that does not fit on the disk leaves whole steps only`() async throws {
    let folder = try TemporaryFolder()
    // The second step is longer than what is written at once, and than the disk.
    let records = [(0, 1), (1, 6000)].flatMap { second, streams in
      (0..<streams).map {
        #"{"record":"interval","time":"2025-03-01T12:05:0\#(second)Z","point":"xen1","#
          + #""stream":"[2001:db8::1]:\#($0)>[2001:db8::2]:5004","leg":"direct","#
          + #""epoch":0,"packets":1,"ip_bytes":148,"udp_bytes":100,"wire_bytes":162,"blind":false}"#
      }
    }
    _ = try folder.file("recorded.jsonl", records.joined(separator: "\n") + "\n")
    let run = try await PrivateWorldShell.run(
      """
      cd '\(folder.path)'; mkdir disk; mount -t tmpfs -o size=2m tmpfs disk
      nemotop log -q recorded.jsonl --jsonl disk/again.jsonl; echo $?
      wc -l < disk/again.jsonl; tail -n 1 disk/again.jsonl; tail -c 1 disk/again.jsonl | od -An -c
      """)
    #expect(run.complaints.count == 1, "\(run.error)")
    #expect(run.error.contains("no space left for disk/again.jsonl"))
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "1")
    #expect(lines.dropFirst().first == "2", "the point and the first step")
    #expect(lines.dropFirst(2).first?.contains("12:05:00") == true)
    #expect(lines.last?.contains(#"\n"#) == true)
  }

  @Test func `packets that cannot be kept are counted all the same, and it is told`() async throws {
    let folder = try TemporaryFolder()
    let run = try await Program.shell(
      """
      cd '\(folder.path)' && mkdir out && ln -s /dev/full out/cn.pcapng
      nemotop demo --simulated --text --moves 1 --every 2s --out out > /dev/null
      """)
    #expect(run.status == 1)
    #expect(run.complaints.count == 1, "\(run.error)")
    #expect(run.error.contains("no space left for out/cn.pcapng"))
    let moves = try table(folder.path + "/out/moves.csv")
    #expect(moves.map { $0["to_point"] } == ["xen2"])
    #expect(moves.allSatisfy { Double($0["receiver_gap_ms"] ?? "") ?? 0 >= 200 }, "\(moves)")
  }

  @Test func `a compressed capture is read from a pipe`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let run = try await Program.shell(
      """
      cd '\(folder.path)' && nemotop log -q x=short/cn.pcapng > plain
      gzip -c short/cn.pcapng | nemotop log -q x=- > piped
      mkfifo pipe.gz && { gzip -c short/cn.pcapng > pipe.gz & nemotop log -q x=pipe.gz > fifo; }
      sed -i 1d plain piped fifo && cmp plain piped && cmp plain fifo && wc -l < plain
      """)
    #expect(run.status == 0, "\(run.output) \(run.error)")
    #expect(Int(run.output.trimmingCharacters(in: .newlines)) ?? 0 > 5)
  }

  @Test func `a header that the snaplen cut makes its interval blind`() async throws {
    // An Ethernet frame of 200 bytes of which 50 were captured: its IPv6 header is cut.
    var capture = Data([0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 8))
    capture += Data([50, 0, 0, 0, 1, 0, 0, 0])
    capture += Data([1, 0, 0, 0, 0, 0, 0, 0, 50, 0, 0, 0, 200, 0, 0, 0])
    capture += Data([UInt8](repeating: 2, count: 12) + [0x86, 0xDD, 0x60])
    capture += Data(count: 50 - 15)
    let folder = try TemporaryFolder()
    let path = folder.path + "/cut.pcap"
    try capture.write(to: URL(fileURLWithPath: path))
    let log = try await Program.run("log", path)
    #expect(log.status == 0, "\(log.error)")
    #expect(log.error.contains("1 cut too short by the snaplen"), "\(log.error)")
    #expect(log.output.contains(#""kind":"blind""#), "\(log.output)")
  }

  @Test func `a long mark is cut between characters, and is one line`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let text = "a\tb\n" + String(repeating: "€", count: 1000)
    let run = try await Program.run(
      [
        "bash", "-c",
        """
        cd "$1" && export XDG_RUNTIME_DIR="$1" && mkfifo pipe
        "$0" log -q x=pipe --jsonl log.jsonl & log=$!
        exec 3> pipe; cat short/cn.pcapng >&3
        until "$0" mark "$2" 2> /dev/null; do sleep 0.1; done
        sleep 0.5; exec 3>&-; wait $log
        """, Program.nemotop, folder.path, text,
      ])
    #expect(run.status == 0, "\(run.error)")
    let lines = try String(contentsOfFile: folder.path + "/log.jsonl", encoding: .utf8)
    let mark = try #require(
      lines.split(separator: "\n").first { $0.contains(#""kind":"user""#) })
    #expect(mark.contains("a b €€€"))
    #expect(!mark.contains("\u{FFFD}"))
    #expect(mark.count { $0 == "€" } == 340)
  }
}
