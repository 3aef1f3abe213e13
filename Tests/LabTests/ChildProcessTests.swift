import Foundation
import Lab
import LabTesting
import Testing

struct ChildProcessTests {
  /// What a program wrote until it ended.
  private func output(of command: [String]) async throws -> String {
    let pipe = Pipe()
    let child = try await ChildProcess.start(
      command, output: pipe.fileHandleForWriting.fileDescriptor)
    try pipe.fileHandleForWriting.close()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    #expect(await child.wait() == .exited(0))
    return String(decoding: data, as: UTF8.self)
  }

  /// The state of a process: R, S, T and so on.
  private func state(of child: ChildProcess) throws -> Character? {
    let line = try String(contentsOfFile: "/proc/\(child.identifier)/stat", encoding: .utf8)
    return line.split(separator: ")").last?.first { $0 != " " }
  }

  @Test func `an exit status is told, to all that wait and afterwards`() async throws {
    let child = try await ChildProcess.start(["/bin/sh", "-c", "exit 3"])
    async let first = child.wait()
    async let second = child.wait()
    #expect(await [first, second] == [.exited(3), .exited(3)])
    #expect(child.ending == .exited(3))
    #expect(await child.wait() == .exited(3))
  }

  @Test func `a program that is not there cannot be started`() async throws {
    await #expect(
      throws: LabError.cannotStart(
        program: "/nowhere/program", reason: "No such file or directory")
    ) { try await ChildProcess.start(["/nowhere/program"]) }
  }

  @Test func `a program gets its arguments and three descriptors`() async throws {
    #expect(try await output(of: ["/bin/echo", "a b", "", "c"]) == "a b  c\n")
    // The fourth is the one that reads the folder.
    let descriptors = try await output(of: ["/bin/ls", "/proc/self/fd"])
    #expect(descriptors == "0\n1\n2\n3\n")
  }

  @Test func `a paused program stands still, and ends by an interruption`() async throws {
    let child = try await ChildProcess.start(["/bin/sleep", "600"])
    #expect(child.ending == nil)
    #expect(child.pause())
    while try state(of: child) != "T" { await Task.yield() }
    #expect(child.resume())
    while try state(of: child) == "T" { await Task.yield() }
    child.pause()
    child.interrupt()
    #expect(await child.wait() == .killed(signal: SIGINT))
    #expect(!child.pause())
    #expect(!child.resume())
  }

  @Test func `a program can be killed`() async throws {
    let child = try await ChildProcess.start(["/bin/sleep", "600"])
    child.terminate()
    #expect(await child.wait() == .killed(signal: SIGKILL))
  }
}

struct NetworkNamespaceTests {
  @Test func `a namespace that is not there cannot be entered`() async throws {
    let path = "/nowhere/namespace"
    await #expect(
      throws: LabError.noSuchNamespace(path: path, reason: "No such file or directory")
    ) { try await NetworkNamespace(path: path).run {} }
  }

  @Test(
    .needsNamespaces,
    .enabled(if: geteuid() == 0, "only root may enter the namespaces of another process"))
  func `a closure and a program run inside, and the process stays outside`() async throws {
    func interfaces() throws -> String {
      try String(contentsOfFile: "/proc/thread-self/net/dev", encoding: .utf8)
    }
    let before = try String(contentsOfFile: "/proc/self/net/dev", encoding: .utf8)
    try await PrivateTestWorld.with { world in
      let laboratory = try await Laboratory.up(in: world)
      let inside = try await laboratory.namespace(of: .xen1).run {
        try String(contentsOfFile: "/proc/thread-self/net/dev", encoding: .utf8)
      }
      #expect(InterfaceCounters(interface: "vif0", in: inside) != nil)
      let child = try await ChildProcess.start(
        ["/bin/sh", "-c", "grep -q vif0 /proc/self/net/dev"], in: laboratory.namespace(of: .xen1))
      #expect(await child.wait() == .exited(0))
    }
    #expect(InterfaceCounters(interface: "vif0", in: before) == nil)
    let after = try String(contentsOfFile: "/proc/self/net/dev", encoding: .utf8)
    #expect(InterfaceCounters(interface: "vif0", in: after) == nil)
  }
}
