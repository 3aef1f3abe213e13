import Foundation
import Testing

/// The shuttle as it is run: with commands that stand for toolstacks and write down what they get, and with QEMU itself.
@Suite(.serialized) struct ShuttleTests {
  /// A folder with an ssh, an xl and a virsh that move a guest, whose host is in the file `at`.
  private func toolstacks(at host: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let programs = [
      "ssh": """
      echo "ssh $*" >>calls
      while [ "$1" != -- ]; do shift; done
      export ON="$2"; shift 2; exec sh -c "$(echo "$*" | sed "s|/saves[^/]*/|/saves-$ON/|g")"
      """,
      "xl": """
      case $1 in
      list) echo "Name ID Mem VCPUs State Time(s)"; [ "$(cat at)" != "$ON" ] || echo "dom1 3 128 1 -b---- 1.0" ;;
      migrate) [ ! -e broken ] || { echo first >&2; echo "no memory there" >&2; exit 2; }
        for last; do :; done; echo "$last" >at ;;
      save) echo "$2" >"$3" && echo nowhere >at ;;
      restore) [ "$(cat "$2")" = dom1 ] && [ ! -e "broken-$ON" ] || { echo "no $2" >&2; exit 3; }
        echo "$ON" >at ;;
      esac
      """,
      "virsh": """
      echo "virsh $*" >>calls
      case "$*" in
      *list*) [ "$(cat at)" != "$2" ] || echo dom1 ;;
      *migrate*) for word; do case $word in qemu*) echo "$word" >at ;; esac; done ;;
      *) echo running ;;
      esac
      """,
    ]
    for (name, body) in programs {
      let path = try folder.file(name, "#!/bin/sh\n" + body + "\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    _ = try folder.file("at", host)
    return folder
  }

  private func shuttle(_ arguments: String, in folder: TemporaryFolder) async throws
    -> Program.Result
  {
    try await Program.shell(
      "cd '\(folder.path)' && PATH=$PWD:$PATH && exec nemotop shuttle --every 50ms \(arguments)")
  }

  private func content(_ name: String, of folder: TemporaryFolder) -> String {
    ((try? String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)) ?? "")
      .trimmingCharacters(in: .newlines)
  }

  private let exec = """
    --driver exec --locate-command 'cat at' --migrate-command 'printf %s "$NEMOTOP_TO" >at; printf "%s|%s>%s\\n" {guest} {from} {to} >>log'
    """

  @Test func `xl moves a guest to and fro over ssh`() async throws {
    let folder = try toolstacks(at: "xen1")
    let result = try await shuttle("--driver xl --guest dom1 --moves 2 xen1 xen2", in: folder)
    #expect(result.status == 0, "\(result.error)")
    let calls = content("calls", of: folder).split(separator: "\n")
    #expect(
      calls.filter { $0.contains("migrate") } == [
        "ssh -o BatchMode=yes -- xen1 xl migrate dom1 xen2",
        "ssh -o BatchMode=yes -- xen2 xl migrate dom1 xen1",
      ])
    #expect(content("at", of: folder) == "xen1")
    #expect(result.output.contains("move 2: on xen1, took"))
  }

  /// `/saves/` stands for a folder of each host's own.
  private func saves(at host: String) throws -> TemporaryFolder {
    let folder = try toolstacks(at: host)
    for host in ["xen1", "xen2"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/saves-\(host)", withIntermediateDirectories: true)
    }
    return folder
  }

  private func saved(in folder: TemporaryFolder) async throws -> String {
    try await Program.shell("cd '\(folder.path)'; ls saves-*/*").output
  }

  @Test func `xl takes a saved guest to and fro`() async throws {
    let folder = try saves(at: "xen1")
    let options = "--driver xl --guest dom1 --save '\(folder.path)/saves' --moves 2"
    let result = try await shuttle("\(options) xen1 xen2", in: folder)
    #expect(result.status == 0, "\(result.error)")
    let calls = content("calls", of: folder).split(separator: "\n").filter { !$0.contains("list") }
    let file = "\(folder.path)/saves/dom1.nemotop-saved"
    let here = file.replacing("/saves/", with: "/saves-xen1/")
    #expect(
      calls.prefix(6) == [
        "ssh -o BatchMode=yes -- xen1 xl save dom1 \(file)",
        "ssh -o BatchMode=yes -- xen1 sh -c 'ssh -o BatchMode=yes -- xen2 '\\''cat >\(file)'\\'' <\(file)'",
        "ssh -o BatchMode=yes -- xen2 cat >\(here)",
        "ssh -o BatchMode=yes -- xen2 xl restore \(file)",
        "ssh -o BatchMode=yes -- xen1 rm -f -- \(file)",
        "ssh -o BatchMode=yes -- xen2 rm -f -- \(file)",
      ])
    #expect(calls.count == 12)
    #expect(content("at", of: folder) == "xen1")
    #expect(try await saved(in: folder).isEmpty)
    let plan = try await shuttle("\(options) --dry-run xen1 xen2", in: folder)
    for part in ["xen1 'xl save dom1 \(file)'\n", "xen2 'xl restore \(file)'\n"] {
      #expect(plan.output.contains(part), "\(plan.output)")
    }
  }

  @Test func `a saved guest that cannot be restored goes on where it was, or lies in its file`()
    async throws
  {
    let folder = try saves(at: "xen1")
    let options = "--driver xl --guest dom1 --save '\(folder.path)/saves' --moves 1 xen1 xen2"
    _ = try folder.file("broken-xen2", "")
    let back = try await shuttle(options, in: folder)
    #expect(back.status == 1)
    #expect(back.error.hasSuffix("the guest is on xen1\n") && back.error.contains("xl restore"))
    #expect(content("at", of: folder) == "xen1")
    #expect(try await saved(in: folder).isEmpty)
    _ = try folder.file("broken-xen1", "")
    let lost = try await shuttle(options, in: folder)
    #expect(lost.status == 1)
    #expect(lost.error.contains("nor can it be restored on xen1"), "\(lost.error)")
    #expect(try await saved(in: folder).contains("saves-xen1/dom1.nemotop-saved\n"))
  }

  @Test func `a migration that fails is told with its last line, and where the guest is`()
    async throws
  {
    let folder = try toolstacks(at: "xen2")
    _ = try folder.file("broken", "")
    let result = try await shuttle(
      "--driver xl --guest dom1 --moves 2 --state state.json xen1 xen2", in: folder)
    #expect(result.status == 1)
    #expect(result.complaints.count == 1)
    #expect(result.error.contains("no memory there; the guest is on xen2"), "\(result.error)")
    #expect(content("state.json", of: folder).contains("\"moves\" : 0"))
    #expect(!content("state.json", of: folder).contains("begun"))
  }

  @Test func `virsh moves a guest between two URIs`() async throws {
    let folder = try toolstacks(at: "qemu+ssh://a/system")
    let result = try await shuttle(
      "--driver virsh --guest dom1 --moves 1 a=qemu+ssh://a/system b=qemu+ssh://b/system",
      in: folder)
    #expect(result.status == 0, "\(result.error)")
    #expect(content("at", of: folder) == "qemu+ssh://b/system")
    let migration = content("calls", of: folder).split(separator: "\n").filter {
      $0.contains("migrate")
    }
    #expect(migration.count == 1)
    #expect(migration[0].hasPrefix("virsh -c qemu+ssh://a/system migrate"))
    #expect(migration[0].contains("--live"))
  }

  @Test(arguments: [
    "g", "two words", "it's", "x'; touch pwned; #", "$(touch pwned)", "a\"b`touch pwned`",
  ])
  func `a command of one's own gets any name as it is`(guest: String) async throws {
    let folder = try toolstacks(at: "a")
    let result = try await Program.run([
      "/bin/sh", "-c", "cd '\(folder.path)' && exec \"$@\"", "sh", Program.nemotop, "shuttle",
      "--every", "50ms", "--driver", "exec", "--guest", guest, "--moves", "1", "--locate-command",
      "cat at", "--migrate-command",
      "printf %s {to} >at; printf '%s|%s>%s' {guest} \"{from}\" '{to}' >log", "a", "b",
    ])
    // Within '…' the shell sees no variables: the placeholder leaves and enters the quotes.
    #expect(result.status == 0, "\(result.error)")
    #expect(content("log", of: folder) == "\(guest)|a>b")
    #expect(content("pwned", of: folder).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/pwned"))
  }

  @Test func `a dry run says what it would do, and does nothing`() async throws {
    let folder = try toolstacks(at: "xen1")
    let result = try await shuttle(
      "--driver xl --guest dom1 --moves 2 --dry-run --state state.json xen1 xen2", in: folder)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("xl migrate dom1 xen2"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/state.json"))
    #expect(!content("calls", of: folder).contains("migrate"))
  }

  @Test func `a shuttle that was killed in mid-move goes on, and migrates nothing twice`()
    async throws
  {
    let folder = try toolstacks(at: "a")
    let slow = exec.replacing("'printf", with: "'echo >begun; sleep 0.5; printf")
    let options = "--guest g --moves 2 --state state.json a b"
    _ = try await Program.shell(
      """
      cd '\(folder.path)' && nemotop shuttle --every 50ms \(slow) \(options) & shuttle=$!
      while [ ! -e '\(folder.path)/begun' ]; do sleep 0.02; done
      kill -9 $shuttle; wait $shuttle; while [ ! -e '\(folder.path)/log' ]; do sleep 0.02; done
      """)
    #expect(content("state.json", of: folder).contains("begun"))
    let result = try await shuttle("\(exec) \(options)", in: folder)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("move 1, which was broken off, was made"))
    #expect(content("log", of: folder) == "g|a>b\ng|b>a")
  }

  @Test(arguments: [
    "not json", "{}", #"{"guest":"g","moves":-5,"seed":1}"#,
    #"{"guest":"g","moves":9223372036854775807,"seed":1}"#,
    #"{"guest":"g","moves":0,"seed":1,"lastBegun":1e300}"#, #"{"guest":"h","moves":0,"seed":1}"#,
  ])
  func `a state that no shuttle of this guest wrote is refused`(state: String) async throws {
    let folder = try toolstacks(at: "a")
    _ = try folder.file("state.json", state)
    let result = try await shuttle("\(exec) --guest g --moves 1 --state state.json a b", in: folder)
    #expect(result.status == 1)
    #expect(result.complaints.count == 1, "\(result.error)")
    #expect(content("state.json", of: folder) == state)
  }

  @Test func `a migration that takes too long is ended`() async throws {
    let folder = try toolstacks(at: "a")
    let result = try await shuttle(
      """
      --driver exec --guest g --moves 1 --timeout 300ms --locate-command 'cat at' \
      --migrate-command 'echo $$ >shell; sleep 600' a b
      """, in: folder)
    #expect(result.status == 1)
    #expect(result.error.contains("--timeout"))
    #expect(result.error.contains("the guest is on a"))
    let left = try await Program.shell("kill -0 \(content("shell", of: folder)) 2>&1")
    #expect(left.status != 0)
  }

  @Test func `a migration that does not bring the guest is a failure`() async throws {
    let folder = try toolstacks(at: "a")
    let result = try await shuttle(
      "--driver exec --guest g --moves 1 --locate-command 'cat at' --migrate-command true a b",
      in: folder)
    #expect(result.status == 1)
    #expect(result.error == "nemotop: move 1 failed: the guest is on a, and not on b\n")
  }

  @Test(arguments: [
    "--driver xl --guest g xen1", "--driver exec --guest g a b", "--driver teleport --guest g a b",
    "--driver xl --guest g --no-live a b", "--driver xl --guest g --save here a b",
    "--driver virsh --guest g --save /var/lib a b", "--driver xl --guest '' a b",
    "--driver xl --guest g a a", "--driver xl --guest g --every 7m..3m a b",
    "--driver xl --guest g --moves 0 a b",
  ])
  func `what makes no sense is refused in one line`(arguments: String) async throws {
    let folder = try toolstacks(at: "a")
    let result = try await shuttle(arguments, in: folder)
    #expect(result.status == 64, "\(arguments): \(result.error)")
    #expect(result.complaints.count == 1)
  }

  // MARK: QEMU

  /// Two QEMUs of this test's own, which end with the shell that runs the line between them.
  private func betweenMachines(_ line: String) async throws -> Program.Result {
    let folder = try TemporaryFolder()
    return try await Program.shell(
      """
      cd '\(folder.path)'
      machine="qemu-system-x86_64 -machine pc,accel=tcg -m 16 -display none -nodefaults -no-user-config"
      $machine -qmp unix:a.sock,server=on,wait=off & first=$!
      $machine -incoming defer -qmp unix:b.sock,server=on,wait=off & second=$!
      trap 'kill $first $second' EXIT
      while [ ! -S a.sock ] || [ ! -S b.sock ]; do sleep 0.02; done
      \(line)
      """)
  }

  @Test(.needs("qemu-system-x86_64"), .timeLimit(.minutes(1)))
  func `a machine migrates from QEMU to QEMU, and tells its figures`() async throws {
    let result = try await betweenMachines(
      """
      nemotop shuttle --driver qmp --guest g --every 50ms --moves 1 a=a.sock b=b.sock,unix:m.sock || exit
      nemotop shuttle --driver qmp --guest g --every 50ms --moves 1 b=b.sock a=a.sock --dry-run
      """)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains(#/move 1: on b, took \d+ ms \(total \d+ ms, downtime \d+ ms/#))
  }

  @Test(.needs("qemu-system-x86_64"), .timeLimit(.minutes(1)))
  func `a migration to where nobody listens leaves the guest running where it is`() async throws {
    let result = try await betweenMachines(
      """
      kill $second; wait $second
      nemotop shuttle --driver qmp --guest g --every 50ms --moves 1 --timeout 5s a=a.sock b=b.sock,unix:m.sock
      echo "status $?"
      nemotop shuttle --driver qmp --guest g --every 50ms --moves 1 --timeout 5s a=a.sock b=b.sock,unix:m.sock 2>&1
      """)
    #expect(result.output.contains("status 1"))
    #expect(result.output.contains("g is on a"))
    #expect(result.output.contains("the guest is on a"), "\(result.output)")
  }
}
