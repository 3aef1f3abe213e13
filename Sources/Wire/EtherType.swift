/// What a frame carries: a number of the IEEE registry of EtherTypes, or a length in IEEE 802.3 frames.
package struct EtherType: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt16

  package init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  package static var ipv4: EtherType { EtherType(rawValue: 0x0800) }
  package static var arp: EtherType { EtherType(rawValue: 0x0806) }
  /// Ethernet in GRE (RFC 7637 section 3.2).
  package static var ethernetBridging: EtherType { EtherType(rawValue: 0x6558) }
  package static var reverseARP: EtherType { EtherType(rawValue: 0x8035) }
  /// A customer's VLAN tag (IEEE 802.1Q).
  package static var vlan: EtherType { EtherType(rawValue: 0x8100) }
  package static var ipv6: EtherType { EtherType(rawValue: 0x86dd) }
  package static var ppp: EtherType { EtherType(rawValue: 0x880b) }
  package static var mpls: EtherType { EtherType(rawValue: 0x8847) }
  package static var mplsMulticast: EtherType { EtherType(rawValue: 0x8848) }
  package static var pppoeSession: EtherType { EtherType(rawValue: 0x8864) }
  /// A provider's VLAN tag (IEEE 802.1ad).
  package static var serviceVLAN: EtherType { EtherType(rawValue: 0x88a8) }
  /// ERSPAN types I and II.
  package static var erspan: EtherType { EtherType(rawValue: 0x88be) }
  /// ERSPAN type III.
  package static var erspan3: EtherType { EtherType(rawValue: 0x22eb) }
  /// Stacked VLAN tags from before 802.1ad.
  package static var oldQinQ: EtherType { EtherType(rawValue: 0x9100) }
  package static var olderQinQ: EtherType { EtherType(rawValue: 0x9200) }

  /// It is no type but the length of an 802.3 frame.
  package var isLength: Bool { rawValue < 0x0600 }
}
