/// A machine of the experiment; each is a network namespace.
package enum Node: String, Sendable, CaseIterable {
  /// The virtual machine, which streams and moves.
  case guest
  /// The Xen servers, NEMO mobile routers both.
  case xen1, xen2
  /// The router between everything.
  case inet
  /// The home agent.
  case ha
  /// The correspondent node.
  case cn
}

/// A server that the guest can run on.
package enum Server: String, Sendable, CaseIterable {
  case xen1, xen2

  package var node: Node {
    switch self {
    case .xen1: .xen1
    case .xen2: .xen2
    }
  }

  /// The server that the guest moves to from here.
  package var other: Server {
    switch self {
    case .xen1: .xen2
    case .xen2: .xen1
    }
  }

  /// Where it is reached on its own subnet.
  package var careOfAddress: String {
    switch self {
    case .xen1: "2001:db8:1::1"
    case .xen2: "2001:db8:2::1"
    }
  }
}
