import Testing

@testable import Capture

@Suite struct InterfaceTests {
  /// Two parts of a bond with a VLAN on it, and a VLAN of that; a bridge with a part of its own, and a
  /// tap on that.
  private let interfaces = [
    InterfaceDescription(index: 1, systemName: "eth0", master: 3),
    InterfaceDescription(index: 2, systemName: "eth1", master: 3),
    InterfaceDescription(index: 3, systemName: "bond0", kind: "bond"),
    InterfaceDescription(index: 4, systemName: "bond0.7", kind: "vlan", parent: 3),
    InterfaceDescription(index: 5, systemName: "bond0.8", kind: "vlan", parent: 3),
    InterfaceDescription(index: 6, systemName: "bond0.7.9", kind: "vlan", parent: 4),
    InterfaceDescription(index: 7, systemName: "br0", kind: "bridge"),
    InterfaceDescription(index: 8, systemName: "eth2", master: 7),
    InterfaceDescription(index: 9, systemName: "tap0", kind: "macvtap", parent: 8),
  ]

  private func sharing() -> [String] {
    interfaces.flatMap { one in
      interfaces.filter { other in
        one.index < other.index
          && one.sharesPackets(with: other) { index in
            interfaces.first { $0.index == index }
          }
      }.map { "\(one.systemName) \($0.systemName)" }
    }
  }

  @Test func `a bond and its parts, a VLAN and what carries it have the same packets`() {
    #expect(
      sharing() == [
        "eth0 bond0", "eth0 bond0.7", "eth0 bond0.8", "eth0 bond0.7.9",
        "eth1 bond0", "eth1 bond0.7", "eth1 bond0.8", "eth1 bond0.7.9",
        "bond0 bond0.7", "bond0 bond0.8", "bond0 bond0.7.9", "bond0.7 bond0.7.9",
      ])
  }

  @Test func `the kernel describes the loopback interface by its name and by its number`() throws {
    let named = try #require(InterfaceDescription(named: "lo"))
    #expect(named.systemName == "lo")
    #expect(InterfaceDescription(index: named.index)?.systemName == "lo")
    #expect(InterfaceDescription(named: "nosuch0") == nil)
    #expect(InterfaceDescription(named: String(repeating: "x", count: 200)) == nil)
    #expect(sharePackets("lo", "lo"))
    #expect(!sharePackets("lo", "nosuch0"))
  }
}
