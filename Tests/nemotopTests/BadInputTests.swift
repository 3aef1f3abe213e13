import Foundation
import Testing

/// Bad input gets one line on standard error and a status that is not 0.
@Suite struct BadInputTests {
  @Test(
    arguments: [
      (["log", "nosuch0"], "no interface nosuch0: "),
      (["log", "xen1=absent.pcap"], "no file absent.pcap"),
      (["log", "xen1@sink=lo"], "no role 'sink'"),
      (["log", "xen1="], "names nothing"),
      (["log", "netns:lo"], "is no interface in a namespace"),
      (["log", "xen1=netns:absent:lo"], "no network namespace absent: there "),
      (["monitor", "a.pcap", "--speed", "fast"], "for '--speed <times>': a number is wanted"),
      (["demo", "--moves", "some"], "a number is wanted"),
      (["log", "a=/etc/hostname"], "is no capture file"),
      (["log", "a=/dev/null"], "/dev/null is empty"),
      (["log", "x=nosuch0", "x=nosuch1"], "two sources are called x"),
      (["monitor", "lo"], "nemotop log"),
      (["mark"], "text"),
      (["log"], "source"),
      (["log", "lo", "--interval", "5ms"], "10ms is the least"),
      (["log", "lo", "--interval", "soon"], "200ms"),
      (["log", "lo", "--snaplen", "9"], "64 to 262144"),
      (["log", "lo", "--decap", "gre"], "geneve, teredo"),
      (["send", "nowhere"], "nowhere"),
      (["send", "[::1]:0"], "0"),
      (["send", "[::1]:5004", "--rate", "none"], "none"),
      (["send", "[::1]:5004", "--size", "39"], "40"),
      (["send", "[::1]:5004", "--offload", "maybe"], "auto"),
      (["receive", "70000"], "70000"), (["receive", ":5004", "--log", "/"], "--log '/'"),
      (["demo", "--moves", "0"], "moves"),
      (["demo", "--every", "fast"], "fast"),
      (["lab", "simulate"], "--out"),
      (["nothing"], "nothing"),
    ] as [([String], String)])
  func `a command says what is wrong`(arguments: [String], part: String) async throws {
    let result = try await Program.run([Program.nemotop] + arguments)
    #expect(result.status != 0)
    #expect(result.error.contains(part), "\(result.error)")
    #expect(result.output.isEmpty)
    #expect(result.complaints.count == 1, "\(result.error)")
  }

  @Test(arguments: [
    ["nowhere"], ["[::1]:5004", "--rate", "none"], ["[::1]:5004", "--size", "39"], [],
    ["[::1]:5004", "--bogus"], ["[::1]:5004", "--offload", "maybe"], ["[::1]:99999"],
  ])
  func `the static sender says what is wrong in one line`(arguments: [String]) async throws {
    let result = try await Program.run([Program.sender] + arguments)
    #expect(result.status == 64)
    #expect(result.complaints.count == 1, "\(result.error)")
  }

  @Test(arguments: ["xen1@sink=lo", "xen1=", "a b=lo", "netns:lo"])
  func `a source that is written wrongly is wrong usage`(source: String) async throws {
    let result = try await Program.run("log", source)
    #expect(result.status == 64)
    #expect(result.complaints.count == 1, "\(result.error)")
  }

  @Test func `a capture without a byte is told to be empty`() async throws {
    let piped = try await Program.run("log", "-")
    #expect(piped.status == 1)
    #expect(piped.error.contains("standard input is empty"), "\(piped.error)")
    let folder = try TemporaryFolder()
    let file = try await Program.run("log", "xen1=\(folder.file("empty.pcap", ""))")
    #expect(file.status == 1)
    #expect(file.error.contains("empty.pcap is empty"), "\(file.error)")
    #expect(piped.complaints.count + file.complaints.count == 2)
  }

  @Test func `a garbage file is no capture, and nothing is made of it`() async throws {
    let folder = try TemporaryFolder()
    let garbage = try folder.file("garbage.pcap", String(repeating: "no capture ", count: 100))
    let result = try await Program.run("log", "xen1=\(garbage)", "--csv", folder.path + "/log")
    #expect(result.status == 1)
    #expect(result.error.contains("is no capture file"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/log"))
  }

  @Test func `without permission it says what to do`() async throws {
    let drop = getuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : ""
    let folder = try TemporaryFolder()
    // A copy, since the folder of the build may be closed to other users.
    let result = try await Program.shell(
      """
      chmod 755 '\(folder.path)' && cp '\(Program.nemotop)' '\(folder.path)/' \
      && \(drop) '\(folder.path)/nemotop' log lo
      """)
    #expect(result.status == 1)
    #expect(result.complaints.count == 1)
    #expect(result.error.contains("no permission to capture on lo"), "\(result.error)")
    #expect(result.error.contains("setcap"))
  }

  @Test func `a full disk, a closed pipe and an existing recording are told`() async throws {
    let folder = try TemporaryFolder()
    let lab = folder.path + "/lab"
    try #require(
      await Program.run("lab", "simulate", "--out", lab, "--moves", "1", "--every", "3s").status
        == 0)
    let full = try await Program.run("log", "cn=\(lab)/cn.pcapng", "--jsonl", "/dev/full", "-q")
    #expect(full.status == 1)
    #expect(full.error.contains("no space left for /dev/full"), "\(full.error)")

    let closed = try await Program.shell(
      "{ nemotop log -q 'cn=\(lab)/cn.pcapng'; echo $? >&2; } | head -n 0")
    #expect(closed.error.contains("closed by its reader"), "\(closed.error)")
    #expect(closed.error.hasSuffix("1\n"))

    let first = try await Program.run("log", "cn=\(lab)/cn.pcapng", "--csv", folder.path + "/log")
    #expect(first.status == 0)
    let before = try String(contentsOfFile: folder.path + "/log/intervals.csv", encoding: .utf8)
    let again = try await Program.run("log", "cn=\(lab)/cn.pcapng", "--csv", folder.path + "/log")
    #expect(again.status == 1)
    #expect(again.error.contains("holds records already"), "\(again.error)")
    let after = try String(contentsOfFile: folder.path + "/log/intervals.csv", encoding: .utf8)
    #expect(before == after)
  }

  @Test(arguments: [
    (["--jsonl", "/tmp"], "cannot open /tmp: "), (["--csv", "/etc/hostname"], "is no folder"),
    (["--csv", "/nonexistent/log"], "no folder /nonexistent: make it first"),
  ])
  func `records that have no place are told in words of writing`(
    arguments: [String], part: String
  ) async throws {
    let folder = try TemporaryFolder()
    let lab = folder.path + "/lab"
    try #require(
      await Program.run("lab", "simulate", "--out", lab, "--moves", "1", "--every", "3s").status
        == 0)
    let log = try await Program.run([Program.nemotop, "log", "cn=\(lab)/cn.pcapng"] + arguments)
    #expect(log.status == 1)
    #expect(log.complaints.count == 1)
    #expect(log.error.contains(part), "\(log.error)")
  }

  @Test(.needsNamespaces) func `one interface by two of its names is refused, and one is taken`()
    async throws
  {
    let run = try await PrivateWorldShell.run(
      """
      ip link add va type veth peer name vb && ip link set va up && ip link set vb up
      ip link property add dev va altname a-name-longer-than-fifteen || exit 1
      nemotop log a=va b=a-name-longer-than-fifteen; echo "status $?"
      nemotop log -q b=a-name-longer-than-fifteen > /run/log.jsonl & log=$!
      sleep 1; kill -INT $log; wait $log; echo "status $?"
      """)
    #expect(run.output == "status 1\nstatus 0\n", "\(run.error)")
    #expect(run.complaints.count == 1, "\(run.error)")
    #expect(run.error.contains("interfaces va and a-name-longer-than-fifteen of the same packets"))
  }

  @Test func `a file that is cut counts up to there, and is said to be cut`() async throws {
    let folder = try TemporaryFolder()
    let lab = folder.path + "/lab"
    try #require(
      await Program.run("lab", "simulate", "--out", lab, "--moves", "1", "--every", "3s").status
        == 0)
    let whole = try Data(contentsOf: URL(fileURLWithPath: lab + "/cn.pcapng"))
    let cut = URL(fileURLWithPath: folder.path + "/cn.pcapng")
    try whole.prefix(whole.count / 2).write(to: cut)
    let result = try await Program.run("log", "cn=\(cut.path)", "--csv", folder.path + "/log")
    #expect(result.status == 1)
    #expect(result.error.contains("cut in the middle of a packet"), "\(result.error)")
    let packets = try table(folder.path + "/log/totals.csv").compactMap {
      Int($0["packets"] ?? "")
    }
    #expect(packets.reduce(0, +) > 100)
  }
}
