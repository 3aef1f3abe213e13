extension FrameDecoder {
  /// A message that may be an `Announcement`; nothing follows it.
  mutating func announcement(endingAs kind: DecodedPacket.Kind) -> Header {
    let end = min(limit, bytes.byteCount)
    if offset < end { packet.announcement = offset..<end }
    return self.end(kind)
  }

  /// An ICMPv6 message, of which only the type is looked at.
  mutating func icmp6() -> Header {
    let isHere = offset < min(limit, bytes.byteCount)
    let isAdvertisement = isHere && bytes.uint8(at: offset) == 136
    return isAdvertisement ? announcement(endingAs: .icmp6) : end(.icmp6)
  }
}
