import Foundation
import Glibc
import Lab
import Subprocess
import Testing

/// Sources that another program observes: `exec:` and `ssh:`.
@Suite(.serialized) struct ProgramSourceTests {
  /// Captures of a seeded scenario.
  private static func captures(in folder: TemporaryFolder) async throws {
    let made = try await Program.run(
      "lab", "simulate", "--out", folder.path + "/made", "--moves", "2", "--every", "4s", "--loss",
      "0.01")
    try #require(made.status == 0, "\(made.error)")
  }

  @Test func `a program's records give what its captures give`() async throws {
    let folder = try TemporaryFolder()
    try await Self.captures(in: folder)
    let made = folder.path + "/made"
    let direct = try await Program.run(
      "analyze", "xen1=\(made)/xen1.pcapng", "xen2=\(made)/xen2.pcapng", "cn=\(made)/cn.pcapng",
      "--format", "json")
    func program(_ point: String) -> String {
      "\(point)=exec:'\(Program.nemotop)' log \(point)='\(made)/\(point).pcapng' --jsonl - --quiet"
    }
    let through = try await Program.run(
      "analyze", program("xen1"), program("xen2"), "cn=\(made)/cn.pcapng", "--format", "json")
    #expect(through.error == "")
    #expect(through.status == 0)
    func moves(_ text: String) throws -> [String] {
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      let streams = object?["streams"] as? [[String: Any]] ?? []
      return try streams.flatMap { $0["moves"] as? [[String: Any]] ?? [] }.map {
        String(
          decoding: try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys),
          as: UTF8.self)
      }
    }
    #expect(try moves(direct.output).count == 2)
    #expect(try moves(through.output) == moves(direct.output))
  }

  @Test(arguments: [
    ("exec:echo hello", "x: no data from exec:echo hello: line 1 is no record: no JSON object"),
    (
      #"exec:echo '{"record":"meta","version":9,"point":"x","role":"external","interval_ms":1000}'"#,
      "its records are of version 9, and this nemotop reads up to 1: update this one"
    ),
  ])
  func `nonsense and newer versions are told`(source: String, words: String) async throws {
    let result = try await Program.run("log", "x=" + source)
    #expect(result.status == 1)
    #expect(result.error.contains(words), "\(result.error)")
  }

  @Test func `a program that keeps failing is told once, and started again`() async throws {
    let folder = try TemporaryFolder()
    let script = try folder.file(
      "failing", "echo started >>'\(folder.path)/starts'; echo broken >&2; exit 3\n")
    let result = try await Program.shell(
      "nemotop log 'x=exec:sh \(script)' --quiet >/dev/null & pid=$!; sleep 2.7; kill -TERM $pid; "
        + "wait $pid")
    #expect(result.status == 1)
    #expect(
      result.complaints.map(String.init) == [
        "nemotop: x: no data from exec:sh \(script): it ended with status 3: broken; it is blind "
          + "until it tells again"
      ])
    let starts = try String(contentsOfFile: folder.path + "/starts", encoding: .utf8)
    #expect((2...3).contains(starts.split(separator: "\n").count))
  }

  @Test func `a program that hears nothing is ended with the observation`() async throws {
    let folder = try TemporaryFolder()
    let result = try await Program.shell(
      "nemotop log 'x=exec:trap \"\" INT TERM; echo $$ >\(folder.path)/pid; while :; do sleep 0.1; done' "
        + "--quiet >/dev/null & pid=$!; sleep 1; kill -TERM $pid; wait $pid")
    #expect(result.status == 0, "\(result.error)")
    let pid = try String(contentsOfFile: folder.path + "/pid", encoding: .utf8)
    #expect(kill(Int32(pid.dropLast()) ?? 0, 0) != 0)
  }

  /// Whether the processes of these pids, which a file lists, are gone within some seconds.
  private static func areGone(_ path: String) async throws -> Bool {
    let pids = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    try #require(!pids.isEmpty)
    for _ in 0..<100 {
      if !pids.contains(where: { kill(Int32($0) ?? 0, 0) == 0 }) { return true }
      try await Task.sleep(for: .milliseconds(100))
    }
    return false
  }

  /// Ignores signals, reads nothing and writes nothing, as does what it leaves behind.
  private static func stubborn(_ path: String) -> String {
    "trap \"\" HUP INT TERM; (echo $(exec sh -c \"echo \\$PPID\") >>\(path); exec sleep 600) & "
      + "echo $$ >>\(path); while :; do sleep 0.1; done"
  }

  @Test(arguments: ["KILL $pid", "INT $pid; sleep 0.1; kill -INT $pid", "TERM $pid"])
  func `however nemotop ends, no program is left`(signals: String) async throws {
    let folder = try TemporaryFolder()
    let pids = folder.path + "/pids"
    let result = try await Program.shell(
      "nemotop log 'x=exec:\(Self.stubborn(pids))' --quiet >/dev/null & pid=$!; "
        + "for i in $(seq 100); do [ \"$(cat '\(pids)' 2>/dev/null | wc -l)\" = 2 ] && break; "
        + "sleep 0.1; done; sleep 0.3; kill -\(signals); wait $pid")
    #expect(try await Self.areGone(pids), "\(result.error)")
  }

  @Test(arguments: ["yes >&2", "sleep 600", "kill -STOP $$"])
  func `what a program leaves behind ends with it`(rest: String) async throws {
    let folder = try TemporaryFolder()
    let pids = folder.path + "/pids"
    let script = try folder.file("rest", "echo $$ >'\(pids)'; \(rest)\n")
    let result = try await Program.run(
      "log", "x=exec:sh '\(script)' & until [ -s '\(pids)' ]; do sleep 0.1; done; exit 0",
      "--quiet")
    #expect(result.status == 0, "\(result.error)")
    #expect(try await Self.areGone(pids))
  }

  @Test func `a program that tells all at once waits for the others`() async throws {
    let folder = try TemporaryFolder()
    let meta =
      #"{"record":"meta","version":1,"interval_ms":1000,"point":"x","role":"external","source":"s"}"#
    var text = meta + "\n"
    for second in 0..<20_000 {
      let time =
        "2026-01-01T\(String(100 + second / 3600).dropFirst())"
        + ":\(String(100 + second / 60 % 60).dropFirst()):\(String(100 + second % 60).dropFirst())Z"
      text +=
        #"{"record":"total","time":"\#(time)","point":"x","protocol":"udp","packets":1,"#
        + #""wire_bytes":1,"capture_drops":0}"# + "\n"
    }
    let told = try folder.file("told", text)
    let result = try await Program.run(
      "log", "x=exec:cat '\(told)'", "y=exec:sleep 1", "--quiet")
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.split(separator: "\n").count == 20_002)
  }

  @Test func `what comes late gives the same when it is replayed`() async throws {
    let folder = try TemporaryFolder()
    let made = "\(folder.path)/a.jsonl"
    let total = #"{"record":"total","time":"'$(date -u +%FT%T)'.000000000Z","point":"x","#
    let rest = #""protocol":"udp","packets":'$1',"wire_bytes":1,"capture_drops":0}"#
    let meta =
      #"{"record":"meta","version":1,"interval_ms":1000,"point":"x","role":"external","source":"s"}"#
    // Two seconds are told, then nothing for four, then what was of these.
    let script = try folder.file(
      "stalling",
      "say() { echo '\(total)\(rest)'; }; echo '\(meta)'; say 1; sleep 1; say 2; sleep 1; "
        + "late=$(for i in 3 4 5 6; do say $i; sleep 1; done); echo \"$late\"; say 7\n")
    let result = try await Program.run("log", "x=exec:sh '\(script)'", "--jsonl", made, "--quiet")
    #expect(result.status == 0)
    #expect(result.complaints.count == 2, "\(result.error)")
    let text = try String(contentsOfFile: made, encoding: .utf8)
    #expect(text.contains(#"{"record":"late","time":""#))
    for packets in 1...7 { #expect(text.contains("\"packets\":\(packets),")) }
    let again = try await Program.run("log", made, "--quiet")
    #expect(again.output == text)
  }

  @Test func `the log that answers ends with its standard input`() async throws {
    let folder = try TemporaryFolder()
    let request = #"{"record":"request","sent":"2026-01-02T03:04:05.000000006Z"}"#
    let fifo = folder.path + "/pipe"
    // The source never ends by itself.
    let result = try await Program.shell(
      "mkfifo '\(fifo)'; (printf '%s\\n' nonsense '\(request)'; sleep 0.5) "
        + "| nemotop log 'x=exec:sleep 100' --answer-clock --jsonl - --quiet")
    #expect(result.status == 0, "\(result.error)")
    let answers = result.output.split(separator: "\n").filter { $0.contains("\"answer\"") }
    #expect(answers.count == 1)
    #expect(answers.first?.contains(#""request":"2026-01-02T03:04:05.000000006Z""#) ?? false)
    for wrong in [["--csv", folder.path + "/csv"], ["--jsonl", folder.path + "/a.jsonl"]] {
      let refused = try await Program.run(
        [Program.nemotop, "log", "x=exec:true", "--answer-clock"] + wrong)
      #expect(refused.status == 64)
    }
  }
}

/// A real OpenSSH server on loopback, that lets in whoever has its key.
private final class SSHServer: Sendable {
  static let program = "/usr/sbin/sshd"

  /// Why there cannot be one; nil where there can.
  static var absence: String? {
    guard unsafe access(program, X_OK) == 0 else {
      return "no OpenSSH server (package openssh-server)"
    }
    return getuid() == 0 ? nil : "capturing needs root"
  }

  let folder: TemporaryFolder
  private let process: ChildProcess

  /// How ssh reaches it.
  var client: String { "ssh -F '\(folder.path)/client'" }

  init() async throws {
    folder = try TemporaryFolder()
    let path = folder.path
    // Its user's key and its own, and the folder that it insists on when it is root.
    let made = try await Program.shell(
      "mkdir -p /run/sshd; cd '\(path)' && chmod 700 . && ssh-keygen -q -t ed25519 -N '' -f host && "
        + "ssh-keygen -q -t ed25519 -N '' -f user && cp user.pub authorized && chmod 600 authorized"
    )
    try #require(made.status == 0, "\(made.error)")
    let port = try Self.freePort()
    _ = try folder.file(
      "server",
      """
      ListenAddress ::1
      Port \(port)
      HostKey \(path)/host
      AuthorizedKeysFile \(path)/authorized
      PidFile none
      StrictModes no
      PasswordAuthentication no
      PermitRootLogin prohibit-password
      UsePAM no
      SetEnv PATH=\(Program.folder):/usr/sbin:/usr/bin:/sbin:/bin

      """)
    _ = try folder.file(
      "client",
      """
      Host xen1 xen2
        HostName ::1
        Port \(port)
        User root
        IdentityFile \(path)/user
        IdentitiesOnly yes
        UserKnownHostsFile \(path)/known
        StrictHostKeyChecking accept-new
        LogLevel ERROR

      """)
    process = try await ChildProcess.start(
      [Self.program, "-D", "-e", "-f", path + "/server"], error: STDERR_FILENO)
    for _ in 0..<50 {
      let reached = try await Program.shell("\(client) -o BatchMode=yes xen1 true")
      if reached.status == 0 { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("no OpenSSH server came up")
  }

  var identifier: Int32 { process.identifier }

  func end() async {
    process.terminate()
    _ = await process.wait()
  }

  /// A port of loopback that nobody has.
  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        _ = unsafe bind(descriptor, pointer, length)
        _ = unsafe getsockname(descriptor, pointer, &length)
      }
    }
    return Int(UInt16(bigEndian: address.sin6_port))
  }
}

@Suite(
  .serialized,
  .enabled(if: SSHServer.absence == nil, Comment(rawValue: SSHServer.absence ?? "")))
struct SSHSourceTests {
  /// The whole numbers of UDP packets of a point in a recording.
  private static func packets(of point: String, in path: String) throws -> Int {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      .filter { $0.contains(#""record":"interval""#) && $0.contains(#""point":"\#(point)""#) }
      .reduce(0) { sum, line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return sum + (object?["packets"] as? Int ?? 0)
      }
  }

  @Test func `two watch the same hosts, and count what passes there`() async throws {
    let server = try await SSHServer()
    let path = server.folder.path
    func watch(_ name: String) -> String {
      "nemotop log here.vif=lo ssh:xen1:lo ssh:xen2:lo --ssh \"\(server.client)\" --interval 100ms "
        + "--filter 'udp port 50041' --jsonl '\(path)/\(name).jsonl' --quiet & \(name)=$!; "
    }
    let result = try await Program.shell(
      watch("a") + watch("b")
        + "for i in $(seq 100); do n=$(cat '\(path)'/*.jsonl 2>/dev/null | grep -c '\"clock\"'); "
        + "[ $n -ge 4 ] && break; sleep 0.1; done; "
        + "nemotop-send '[::1]:50041' --rate 200 --count 300; sleep 0.5; "
        + "kill -TERM $a $b; wait $a && wait $b")
    await server.end()
    #expect(result.error == "")
    #expect(result.status == 0)
    for name in ["a", "b"] {
      // On loopback each packet is seen once.
      for point in ["here.vif", "xen1", "xen2"] {
        #expect(try Self.packets(of: point, in: "\(path)/\(name).jsonl") == 300, "\(name) \(point)")
      }
      let again = try await Program.run(
        "log", "\(path)/\(name).jsonl", "--jsonl", "\(path)/\(name)-again.jsonl")
      #expect(again.status == 0)
      #expect(
        try String(contentsOfFile: "\(path)/\(name)-again.jsonl", encoding: .utf8)
          == String(contentsOfFile: "\(path)/\(name).jsonl", encoding: .utf8))
    }
  }

  @Test func `a connection that breaks is made again`() async throws {
    let server = try await SSHServer()
    let path = server.folder.path
    let result = try await Program.shell(
      "nemotop log ssh:xen1:lo --ssh \"\(server.client)\" --interval 100ms "
        + "--jsonl '\(path)/a.jsonl' --quiet & a=$!; "
        + "wait_for() { for i in $(seq 100); do grep -qs \"$1\" '\(path)/a.jsonl' && return; sleep 0.1; "
        + "done; }; wait_for '\"clock\"'; "
        + "pkill -KILL -P \(server.identifier); wait_for ended; "
        + "wait_for resumed; kill -TERM $a; wait $a")
    await server.end()
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("xen1: no data from ssh:xen1:lo: "), "\(result.error)")
    #expect(result.error.contains("xen1: tells again, it was blind for "), "\(result.error)")
  }

  @Test func `what ssh says is told`() async throws {
    let server = try await SSHServer()
    let path = server.folder.path
    await server.end()
    let result = try await Program.shell(
      "nemotop log ssh:xen1:lo --ssh \"\(server.client)\" --jsonl '\(path)/a.jsonl' --quiet & a=$!; "
        + "sleep 1; kill -TERM $a; wait $a")
    #expect(result.status == 1)
    #expect(
      result.error.contains("it ended with status 255: ssh: connect to host ::1 port"),
      "\(result.error)")
  }
}
