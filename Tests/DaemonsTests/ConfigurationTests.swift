import Daemons
import Foundation
import Mobility
import Router
import Testing
import Wire

/// What a user may write, and what is said where it is wrong.
@Suite struct ConfigurationTests {
  static let agent = """
    address: 2001:db8:aa::1
    interface: eth0
    tunnel: ip6tnl
    maximum-lifetime: 2m
    guests:
      - home-address: 2001:db8:42::1
        prefixes: [2001:db8:42::/64]
        security: {spi: 256, key: 0x000102030405060708090a0b0c0d0e0f}
      - home-address: 2001:db8:ff::1
        home-address-outside-prefixes: true
        prefixes: [2001:db8:43::/64, 2001:db8:44::/64]
        prohibited: true
    """
  static let router = """
    care-of-address: 2001:db8:1::1
    home-agent: 2001:db8:aa::1
    interface: eth0
    bridge: br0
    lifetime: 40s
    holding: {packets: 2k, age: 500ms}
    guests:
      - home-address: 2001:db8:42::1
        prefixes: [2001:db8:42::/64]
        mode: implicit
        hardware-address: 02:00:00:00:00:10
    """

  @Test func `a home agent's is read`() throws {
    let configuration = try HomeAgentConfiguration(yaml: Self.agent, path: "ha.yaml")
    let address = try #require(IPAddress("2001:db8:aa::1"))
    #expect(configuration.agent.address == address)
    #expect(configuration.tunnel == .ip6tnl)
    #expect(configuration.agent.maximumLifetime == .seconds(120))
    #expect(configuration.agent.mobileNodes.map(\.prefixes.count) == [1, 2])
    #expect(configuration.agent.mobileNodes.map(\.isProhibited) == [false, true])
    #expect(configuration.agent.mobileNodes[0].security?.key == Array(0...15))
  }

  @Test func `a mobile router's is read`() throws {
    let router = try MobileRouterConfiguration(yaml: Self.router, path: "mr.yaml").router
    #expect(router.holding == HeldPackets.Limits(packetCount: 2000, age: .milliseconds(500)))
    #expect(router.isWatching && router.tunnel == nil)
    let guest = try #require(router.guests.first)
    #expect(!guest.router.isExplicit)
    #expect(guest.router.lifetime == .seconds(40))
    #expect(guest.hardwareAddress == HardwareAddress("02:00:00:00:00:10"))
  }

  /// What is replaced, by what, and what is said of it.
  @Test(
    arguments: [
      ("2001:db8:aa::1", "192.0.2.1", "ha.yaml:1:10: address: found '192.0.2.1', expected an IPv6"),
      ("2001:db8:aa::1", "fe80::1", "address: found 'fe80::1'"),
      ("2001:db8:aa::1", "ff02::1", "address: found 'ff02::1'"),
      ("2001:db8:aa::1", "::1", "address: found '::1'"),
      ("2001:db8:aa::1", "[1, 2]", "address: found a list"),
      ("2001:db8:aa::1", "", "address: found nothing"),
      ("2001:db8:aa::1", "\"a\\eb\"", "found text with control characters"),
      ("address: 2001:db8:aa::1\n", "", "address is missing: add it"),
      ("interface: eth0", "interface: eth0\nadress: x", "'adress', which is no key here"),
      ("interface: eth0", "interface: eth0\ninterface: eth1", "interface is there twice"),
      ("eth0", "a-name-of-sixteen", "interface: found 'a-name-of-sixteen'"),
      ("eth0", "eth0/../x", "interface: found"),
      ("2m", "6s", "maximum-lifetime: found '6s', expected a multiple of 4s"),
      ("2m", "0s", "expected a multiple of 4s"), ("2m", "4", "expected a multiple of 4s"),
      ("2m", "73h", "expected a multiple of 4s"), ("2m", "-4s", "expected a multiple of 4s"),
      ("2001:db8:42::/64", "2001:db8:42::1/64", "guests[0].prefixes[0]: found '2001:db8:42::1/64'"),
      ("2001:db8:42::/64", "2001:db8:42::/129", "expected an IPv6 prefix"),
      ("2001:db8:42::/64", "2001:db8:42::7", "expected an IPv6 prefix"),
      ("2001:db8:42::/64", "2001:db8:42::/+64", "expected an IPv6 prefix"),
      ("2001:db8:42::/64", "\"::/0\"", "expected an IPv6 prefix"),
      ("[2001:db8:42::/64]", "[]", "found an empty list"),
      ("[2001:db8:42::/64]", "[2001:db8:42::/64, 2001:db8::/32]", "overlaps 2001:db8:42::/64"),
      ("2001:db8:43::/64", "2001:db8:42:0:8000::/65", "overlap: give each guest its own"),
      ("home-address: 2001:db8:42::1", "home-address: 2001:db8:45::1", "in none of the prefixes"),
      ("home-address: 2001:db8:ff::1", "home-address: 2001:db8:42::1", "another guest has"),
      ("256", "255", "guests[0].security.spi: found '255', expected a whole number from 256"),
      ("256", "4294967296", "expected a whole number from 256"),
      ("0x000102030405060708090a0b0c0d0e0f", "0x0", "not pairs of hexadecimal digits"),
      ("0x000102030405060708090a0b0c0d0e0f", "0x+1+1", "not pairs of hexadecimal digits"),
      ("0x000102030405060708090a0b0c0d0e0f", "short", "found a key of 5 bytes"),
      ("key: 0x000102030405060708090a0b0c0d0e0f", "key-file: /none", "cannot read /none: No such"),
      ("key: 0x000102030405060708090a0b0c0d0e0f", "key-file: /dev/null", "it is no file"),
      ("key: 0x000102030405060708090a0b0c0d0e0f", "maximum-skew: 1s", "either key or key-file"),
      ("prohibited: true", "prohibited: maybe", "expected true or false"),
      ("guests:", "guests: {}\nx:", "'x', which is no key here"),
      ("interface: eth0", "interface: *absent", "no YAML: found undefined alias"),
      ("interface: eth0", "interface: [", "no YAML: "),
      ("interface: eth0", "\tinterface: eth0", "no YAML: "),
      ("interface: eth0", "interface: eth0\n---\na: b", "no YAML: "),
    ] as [(String, String, String)])
  func `what is wrong is told in one line`(old: String, new: String, words: String) throws {
    let yaml = Self.agent.replacingOccurrences(of: old, with: new)
    #expect(yaml != Self.agent)
    let error = try #require(throws: ConfigurationError.self) {
      _ = try HomeAgentConfiguration(yaml: yaml, path: "ha.yaml")
    }
    #expect(error.description.contains(words), "\(error)")
    #expect(!error.description.contains("\n") && !error.description.contains("\u{1b}"))
  }

  @Test(
    arguments: [
      ("2001:db8:aa::1", "2001:db8:1::1", "which is the care-of-address"),
      ("2k", "0", "holding.packets: found '0'"), ("500ms", "2h", "holding.age: found '2h'"),
      ("{packets: 2k, age: 500ms}", "none", "expected off, or packets"),
      ("implicit", "both", "mode: found 'both', expected explicit or implicit"),
      ("02:00:00:00:00:10", "02-00", "expected an Ethernet address"),
      ("lifetime: 40s", "watch: yes", "watch: found 'yes', expected true or false"),
      ("bridge: br0\n", "", "bridge is missing"),
      ("lifetime: 40s", "tunnel: gre", "tunnel: found 'gre', expected auto, ip6tnl or seg6"),
      ("bridge: br0", "bridge: eth0", "bridge: found 'eth0', which is the interface"),
    ] as [(String, String, String)])
  func `what is wrong for a mobile router is told`(old: String, new: String, words: String) throws {
    let yaml = Self.router.replacingOccurrences(of: old, with: new)
    let error = try #require(throws: ConfigurationError.self) {
      _ = try MobileRouterConfiguration(yaml: yaml, path: "mr.yaml")
    }
    #expect(error.description.contains(words), "\(error)")
  }

  @Test func `a text that is nothing, or nests without end, is refused`() {
    for yaml in [
      "", "#", "a", "[]", String(repeating: "[", count: 100_000), "\u{0}", "{? [a] : b}",
    ] {
      #expect(throws: ConfigurationError.self) {
        _ = try HomeAgentConfiguration(yaml: yaml, path: "x")
      }
    }
  }

  @Test func `a key that others may read is refused`() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/keys-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func write(_ text: String, _ name: String, mode: Int) throws {
      _ = FileManager.default.createFile(
        atPath: "\(folder)/\(name)", contents: Data(text.utf8),
        attributes: [.posixPermissions: mode])
      try FileManager.default.setAttributes(
        [.posixPermissions: mode], ofItemAtPath: "\(folder)/\(name)")
    }
    let path = folder + "/ha.yaml"
    try write(Self.agent, "ha.yaml", mode: 0o644)
    #expect(throws: DaemonError.keyReadable(path: path)) {
      _ = try HomeAgentConfiguration(path: path)
    }
    try write(Self.agent, "ha.yaml", mode: 0o600)
    #expect(try HomeAgentConfiguration(path: path).guestCount == 2)

    let filed = Self.agent.replacingOccurrences(
      of: "key: 0x000102030405060708090a0b0c0d0e0f", with: "key-file: guest.key")
    try write(filed, "ha.yaml", mode: 0o644)
    try write("0x000102030405060708090a0b0c0d0e0f\n", "guest.key", mode: 0o640)
    let error = try #require(throws: DaemonError.self) {
      _ = try HomeAgentConfiguration(path: path)
    }
    guard case .configuration(let wrong) = error else { throw error }
    #expect(wrong.problem.contains("chmod go= '\(folder)/guest.key'"))
    try write("0x000102030405060708090a0b0c0d0e0f\n", "guest.key", mode: 0o600)
    let agent = try HomeAgentConfiguration(path: path).agent
    #expect(agent.mobileNodes[0].security?.key == Array(0...15))
  }
}
