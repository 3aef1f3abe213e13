import Foundation
import Lab
import Testing

/// A private world that a child process keeps open, so that the tests' own process stays where it is.
struct PrivateTestWorld {
  let world: World
  private let holder: ChildProcess

  /// Whether this machine lets us have one.
  static func isAvailable() async -> Bool {
    (try? await PrivateWorld.isolation()) != nil
  }

  static func with(_ body: (World) async throws -> Void) async throws {
    let isolation = try await PrivateWorld.isolation()
    let command = PrivateWorld.entry(isolation, to: ["sh", "-c", "echo ready; exec sleep 600"])
    let output = Pipe()
    let holder = try await ChildProcess.start(
      ["/usr/bin/env"] + command, output: output.fileHandleForWriting.fileDescriptor)
    try output.fileHandleForWriting.close()
    let said = output.fileHandleForReading.availableData
    let world = World.of(process: holder.identifier, withUsers: isolation.contains("--user"))
    do {
      try #require(String(decoding: said, as: UTF8.self) == "ready\n")
      try await body(world)
    } catch {
      holder.terminate()
      throw error
    }
    holder.terminate()
    #expect(await holder.wait() == .killed(signal: SIGKILL))
  }
}

extension Trait where Self == ConditionTrait {
  /// Only where the machine allows namespaces.
  static var needsNamespaces: Self {
    .enabled("needs network namespaces: run as root, or allow user namespaces") {
      await PrivateTestWorld.isAvailable()
    }
  }
}

extension Laboratory {
  /// Sends datagrams from the guest to a port of the correspondent node that nobody listens on.
  ///
  /// - Returns: how many of them reached the correspondent node.
  func deliver(_ count: Int) async throws -> Int {
    let before = try await unheardDatagrams()
    // A refusal that came back for an earlier datagram fails a write, which then sent nothing.
    let script = """
      exec 3<>/dev/udp/\(Topology.correspondentAddress)/9
      for i in $(seq \(count)); do until echo "datagram $i" >&3; do :; done; done 2>/dev/null
      """
    _ = try await world.run(["bash", "-c", script], in: topology.namespace(of: .guest))
    return try await unheardDatagrams() - before
  }

  private func unheardDatagrams() async throws -> Int {
    let text = try await world.run(
      ["cat", "/proc/net/snmp6"], in: topology.namespace(of: .cn))
    let line = text.split(separator: "\n").first { $0.hasPrefix("Udp6NoPorts") }
    return try #require(line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) })
  }
}
