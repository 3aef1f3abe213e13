/// What the guest is.
package enum GuestKind: String, Sendable, CaseIterable {
  /// A network namespace whose interface changes servers.
  case namespace
  /// A virtual machine of QEMU, which migrates live between TAPs of both servers.
  case qemu
  /// A guest of Xen, which migrates live between two Xen hosts, each a virtual machine of QEMU on such a TAP.
  case xen
  /// One of Xen's paravirtual guests, saved on one such host and restored on the other.
  case xenSaved = "xen-pv-save"
}

extension GuestKind {
  /// Whether it is Xen's.
  package var isOfXen: Bool { self == .xen || self == .xenSaved }
}

/// The lines by which a server has a place for a virtual machine.
extension GuestKind {
  /// The TAP that a virtual machine is connected to, and the namespace's interface.
  package static let interface = "vif0"

  /// The `ip -6 -batch` lines of a server, once its bridge is there.
  var serverLines: [String] {
    switch self {
    case .namespace: []
    case .qemu, .xen, .xenSaved:
      [
        "tuntap add dev \(Self.interface) mode tap",
        "link set \(Self.interface) master \(Topology.guestBridge) addrgenmode none up",
      ]
    }
  }
}
