import Foundation
import Lab
import LabTesting
import Testing

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
  /// - Parameter expected: for how many of them it waits, for up to ten seconds: on a busy machine some are under way
  ///   when the last one is sent.
  /// - Returns: how many of them reached the correspondent node.
  func deliver(_ count: Int, awaiting expected: Int = 0) async throws -> Int {
    let before = try await unheardDatagrams()
    // A refusal that came back for an earlier datagram fails a write, which then sent nothing.
    let script = """
      exec 3<>/dev/udp/\(Topology.correspondentAddress)/9
      for i in $(seq \(count)); do until echo "datagram $i" >&3; do :; done; done 2>/dev/null
      """
    _ = try await world.run(["bash", "-c", script], in: topology.namespace(of: .guest))
    let end = ContinuousClock.now + .seconds(10)
    while try await unheardDatagrams() - before < expected, ContinuousClock.now < end {
      try await Task.sleep(for: .milliseconds(20))
    }
    return try await unheardDatagrams() - before
  }

  private func unheardDatagrams() async throws -> Int {
    let text = try await world.run(
      ["cat", "/proc/net/snmp6"], in: topology.namespace(of: .cn))
    let line = text.split(separator: "\n").first { $0.hasPrefix("Udp6NoPorts") }
    return try #require(line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) })
  }
}
