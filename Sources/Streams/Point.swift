/// An observation point (RFC 7011): one interface on one host, named by the user.
package struct Point: Hashable, Sendable {
  /// The place of a point on the stream's way, from the guest to the correspondent node.
  package enum Role: String, Sendable, CaseIterable {
    /// The guest itself.
    case source
    /// The guest's virtual interface or bridge on its server.
    case access
    /// A server's outer interface.
    case external
    /// The home agent.
    case anchor
    /// The correspondent node.
    case receiver
  }

  package var name: String
  package var role: Role

  /// A point with the role that its name implies unless one is given.
  package init(name: String, role: Role? = nil) {
    self.name = name
    self.role = role ?? Self.role(of: name)
  }

  /// The host it stands on: the name before the first dot.
  package var site: String {
    String(name.prefix { $0 != "." })
  }

  /// `guest`, `*.vif`, `ha` and `cn` have roles of their own; every other name is external.
  package static func role(of name: String) -> Role {
    switch name {
    case "guest": .source
    case "ha": .anchor
    case "cn": .receiver
    case _ where name.hasSuffix(".vif"): .access
    default: .external
    }
  }
}
