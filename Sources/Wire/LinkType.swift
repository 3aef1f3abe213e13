/// How a capture's frames begin: the link-layer header types of tcpdump.org's registry, by their
/// number in capture files (LINKTYPE_*).
public enum LinkType: UInt16, Sendable, CaseIterable {
  /// BSD loopback: the address family in the capturing host's byte order.
  case null = 0
  case ethernet = 1
  case ppp = 9
  case raw = 101
  /// IEEE 802.11 as it is on the air, without what a driver knows of it.
  case wireless = 105
  /// OpenBSD loopback: the address family in network byte order.
  case loop = 108
  /// Linux cooked capture.
  case linuxSLL = 113
  /// IEEE 802.11 behind a radiotap header.
  case radiotap = 127
  /// Frames of any type behind a Per-Packet Information header.
  case ppi = 192
  case ipv4 = 228
  case ipv6 = 229
  /// Linux cooked capture, version 2.
  case linuxSLL2 = 276
}
