import LabTesting
import Testing

@testable import Lab

/// Commands and what they read.
struct WorldTests {
  private static let megabyte = String(repeating: "x", count: 1 << 20)

  @Test func `a command gets all of its input`() async throws {
    #expect(try await World.own.run(["wc", "-c"], input: Self.megabyte) == "1048576\n")
    #expect(try await World.own.run(["cat"], input: "a\nb") == "a\nb")
    #expect(try await World.own.run(["wc", "-c"]) == "0\n")
  }

  @Test func `a script that fails is told by its first line`() async {
    await #expect(throws: LabError.commandFailed(command: "sh -c true …", reason: "no")) {
      try await World.own.run(["sh", "-c", "true\necho no >&2\nfalse"])
    }
  }

  /// Both ways to look: a thread in the namespaces, and commands there.
  @Test(.needsNamespaces, arguments: [false, true])
  func `a port forwards once it is up at both ends`(isByCommand: Bool) async throws {
    try await PrivateTestWorld.with { world in
      try await world.batch([
        "netns add a", "netns add b",
        "link add eth0 index 50 netns a type veth peer name vif0 index 51 netns b",
      ])
      try await world.batch(["link add br0 type bridge", "link set br0 up"], in: "b")
      let (port, guest) = (World.Interface("vif0", in: "b"), World.Interface("eth0", in: "a"))
      let waiting = Task {
        isByCommand
          ? try await world.waitByCommand(to: port, from: guest)
          : try await world.waitUntilForwarding(to: port, from: guest)
      }
      try await world.batch(["link set vif0 master br0 up"], in: "b")
      try await world.batch(["link set eth0 up"], in: "a")
      try await waiting.value
      let state = try await world.run(["ip", "-n", "b", "-d", "link", "show", "vif0"])
      #expect(state.contains("bridge_slave state forwarding"))
      #expect(try await world.run(["ip", "-n", "a", "link", "show", "eth0"]).contains("state UP"))
    }
  }

  /// A pipe without a reader would end this process.
  @Test func `a command that ends before it has read its input is like any other`() async throws {
    for _ in 0..<20 {
      #expect(try await World.own.run(["true"], input: Self.megabyte).isEmpty)
      await #expect(
        throws: LabError.commandFailed(command: "sh -c echo no >&2; exit 3", reason: "no")
      ) { try await World.own.run(["sh", "-c", "echo no >&2; exit 3"], input: Self.megabyte) }
    }
    await #expect(throws: LabError.self) {
      try await World.own.run(["true"], in: "no-such-namespace", input: Self.megabyte)
    }
  }
}
