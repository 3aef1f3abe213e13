import Mobility
package import Router
import Wire

/// What a server's mobile router is told: its ways, and the guests that may come.
package struct MobileRouterConfiguration: DaemonConfiguration, Hashable {
  package var router: MobileRouterService.Configuration

  package init(yaml: String, path: String) throws(ConfigurationError) {
    let section = try ConfigurationNode(yaml: yaml, path: path).section(
      [
        "care-of-address", "home-agent", "interface", "bridge", "tunnel", "lifetime", "watch",
        "holding", "guests",
      ])
    let careOfAddress = try section.required("care-of-address").address()
    let homeAgent = try section.required("home-agent").address()
    guard homeAgent != careOfAddress else {
      throw try section.required("home-agent").wrong(
        "found \(homeAgent), which is the care-of-address: expected another host's")
    }
    let lifetime = try section["lifetime"]?.lifetime() ?? .seconds(60)
    let guests = try GuestIdentity.list(
      try section.required("guests"), keys: ["mode", "hardware-address"]
    ) { (identity, guest) throws(ConfigurationError) in
      MobileRouterService.Guest(
        router: MobileRouter.Configuration(
          homeAddress: identity.homeAddress, careOfAddress: careOfAddress, homeAgent: homeAgent,
          prefixes: identity.prefixes, isExplicit: try guest["mode"]?.isExplicit() ?? true,
          lifetime: lifetime, security: identity.security),
        hardwareAddress: try guest["hardware-address"]?.value(
          "an Ethernet address, such as 52:54:00:12:34:56", HardwareAddress.init))
    }
    router = MobileRouterService.Configuration(
      careOfAddress: careOfAddress, homeAgent: homeAgent,
      interface: try section.required("interface").interface(),
      bridge: try section.required("bridge").interface(), guests: guests,
      holding: try section["holding"]?.holding() ?? HeldPackets.Limits(),
      isWatching: try section["watch"]?.flag() ?? true,
      tunnel: try section["tunnel"]?.tunnelKind())
    guard router.bridge != router.interface else {
      throw try section.required("bridge").wrong(
        "found '\(router.bridge)', which is the interface: expected the bridge that guests are on")
    }
    if let holding = section["holding"], try holding.isOff() { router.holding = nil }
  }

  package var guestCount: Int { router.guests.count }

  package func fixedKeys(differingFrom other: MobileRouterConfiguration) -> [String] {
    let (own, others) = (router, other.router)
    let differences = [
      ("care-of-address", own.careOfAddress == others.careOfAddress),
      ("home-agent", own.homeAgent == others.homeAgent),
      ("interface", own.interface == others.interface), ("bridge", own.bridge == others.bridge),
      ("tunnel", own.tunnel == others.tunnel), ("holding", own.holding == others.holding),
      ("watch", own.isWatching == others.isWatching),
    ]
    return differences.filter { !$0.1 }.map(\.0)
  }
}

extension ConfigurationNode {
  /// Explicit or implicit mode (RFC 3963 section 5.2).
  fileprivate func isExplicit() throws(ConfigurationError) -> Bool {
    try value("explicit or implicit") {
      $0 == "explicit" ? true : $0 == "implicit" ? false : nil
    }
  }

  fileprivate func isOff() throws(ConfigurationError) -> Bool {
    guard isScalar else { return false }
    guard try text("off, or packets, bytes and age") == "off" else {
      throw expected("off, or packets, bytes and age")
    }
    return true
  }

  /// Nil where it is off.
  fileprivate func holding() throws(ConfigurationError) -> HeldPackets.Limits? {
    guard try !isOff() else { return nil }
    let section = try section(["packets", "bytes", "age"])
    var limits = HeldPackets.Limits()
    if let count = try section["packets"]?.count(in: 1...1_000_000) { limits.packetCount = count }
    if let count = try section["bytes"]?.count(in: 1500...(1 << 30)) { limits.byteCount = count }
    if let age = try section["age"]?.duration(
      "a time from 1ms to 60s, such as 2s", in: .milliseconds(1)...(.seconds(60)))
    {
      limits.age = age
    }
    return limits
  }
}
