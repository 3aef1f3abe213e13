/// Packets of one size that the kernel takes as one and cuts as late as it can (UDP_SEGMENT, udp(7)).
enum SuperPacket {
  /// The most segments that every kernel with UDP_SEGMENT takes.
  private static var mostSegments: Int { 64 }

  /// The bytes of payload that one can hold: 65535 less the headers of IP and UDP, so that it fits
  /// into what interfaces take by default.
  static func payloadBytes(isIPv4: Bool) -> Int { isIPv4 ? 65_507 : 65_487 }

  /// How many packets of this size can go as one; 1 where no two can.
  static func segmentLimit(payloadBytes: Int, isIPv4: Bool) -> Int {
    max(1, min(mostSegments, Self.payloadBytes(isIPv4: isIPv4) / payloadBytes))
  }
}
