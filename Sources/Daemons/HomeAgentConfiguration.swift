package import Mobility
package import Router
import Wire

/// What a home agent is told: where it stands, and the guests that it serves.
package struct HomeAgentConfiguration: DaemonConfiguration, Hashable {
  package var agent: HomeAgent.Configuration
  /// Where messages and tunnels come in and go out.
  package var interface: String
  /// By what packets are wrapped; nil for what the kernel has.
  package var tunnel: TunnelKind?

  package init(yaml: String, path: String) throws(ConfigurationError) {
    let section = try ConfigurationNode(yaml: yaml, path: path).section(
      [
        "address", "interface", "tunnel", "maximum-lifetime", "maximum-bindings", "guests",
      ])
    let address = try section.required("address").address()
    interface = try section.required("interface").interface()
    tunnel = try section["tunnel"]?.tunnelKind()
    let nodes = try GuestIdentity.list(try section.required("guests"), keys: ["prohibited"]) {
      (identity, guest) throws(ConfigurationError) in
      HomeAgent.MobileNode(
        homeAddress: identity.homeAddress, prefixes: identity.prefixes,
        security: identity.security, isProhibited: try guest["prohibited"]?.flag() ?? false)
    }
    agent = HomeAgent.Configuration(address: address, mobileNodes: nodes)
    if let lifetime = try section["maximum-lifetime"]?.lifetime() {
      agent.maximumLifetime = lifetime
    }
    if let count = try section["maximum-bindings"]?.count(in: 1...1_000_000) {
      agent.maximumBindings = count
    }
  }

  package var guestCount: Int { agent.mobileNodes.count }

  package func fixedKeys(differingFrom other: HomeAgentConfiguration) -> [String] {
    (agent.address == other.agent.address ? [] : ["address"])
      + (interface == other.interface ? [] : ["interface"])
      + (tunnel == other.tunnel ? [] : ["tunnel"])
  }
}
