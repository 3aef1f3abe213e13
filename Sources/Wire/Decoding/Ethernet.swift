extension FrameDecoder {
  /// An Ethernet frame; see `EthernetHeader`.
  mutating func ethernet() -> Header {
    guard has(EthernetHeader.byteCount), let header = EthernetHeader(parsing: rest) else {
      return .none
    }
    offset += EthernetHeader.byteCount
    return .payload(header.etherType)
  }

  /// What follows an EtherType, whoever stated it.
  mutating func payload(_ type: EtherType) -> Header {
    switch type {
    case .ipv4: .ipv4
    case .ipv6: .ipv6
    case .arp: announcement(endingAs: .arp)
    case .reverseARP: announcement(endingAs: .other)
    case .vlan, .serviceVLAN, .oldQinQ, .olderQinQ: .vlan
    case .mpls, .mplsMulticast: .mpls
    case .pppoeSession: .pppoe
    case _ where type.isLength: .llc
    default: end(.other)
    }
  }

  /// A VLAN tag (IEEE 802.1Q), or one of a stack of them (802.1ad).
  ///
  /// ```
  /// | priority (3 bits) | DEI (1 bit) | VLAN (12 bits) | EtherType (2) |
  /// ```
  mutating func vlan() -> Header {
    guard has(4) else { return .none }
    let type = EtherType(rawValue: bytes.uint16(at: offset + 2))
    offset += 4
    return .payload(type)
  }

  /// Logical link control (IEEE 802.2), of which only the form that states an EtherType (SNAP,
  /// RFC 1042) is entered.
  ///
  /// ```
  /// | 0xaa | 0xaa | 0x03 | organization (3) | EtherType (2) |
  /// ```
  mutating func llc() -> Header {
    guard has(3) else { return .none }
    guard bytes.uint16(at: offset) == 0xaaaa, bytes.uint8(at: offset + 2) == 3 else {
      return end(.other)
    }
    guard has(8) else { return .none }
    let organization = bytes.uint32(at: offset + 2) & 0xffffff
    let type = EtherType(rawValue: bytes.uint16(at: offset + 6))
    offset += 8
    return organization == 0 && !type.isLength ? .payload(type) : end(.other)
  }
}
