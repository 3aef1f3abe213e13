extension FrameDecoder {
  /// Linux cooked capture (LINKTYPE_LINUX_SLL).
  ///
  /// ```
  /// | packet type (2) | ARPHRD type (2) | address length (2) | address (8) | protocol (2) |
  /// ```
  mutating func linuxCooked() -> Header {
    guard has(16) else { return .none }
    let type = EtherType(rawValue: bytes.uint16(at: offset + 14))
    offset += 16
    return cookedPayload(type)
  }

  /// Linux cooked capture, version 2 (LINKTYPE_LINUX_SLL2).
  ///
  /// ```
  /// | protocol (2) | 0 (2) | interface (4) | ARPHRD type (2) | packet type (1) | address length (1)
  /// | address (8) |
  /// ```
  mutating func linuxCooked2() -> Header {
    guard has(20) else { return .none }
    let type = EtherType(rawValue: bytes.uint16(at: offset))
    offset += 20
    return cookedPayload(type)
  }

  /// Below the EtherTypes stand numbers of Linux's own, of which 4 is an 802.2 frame.
  private mutating func cookedPayload(_ type: EtherType) -> Header {
    guard type.isLength else { return .payload(type) }
    return type.rawValue == 4 ? .llc : end(.other)
  }
}
