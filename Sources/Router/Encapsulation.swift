package import Wire

/// Wraps an IPv6 packet into one from a tunnel's near end to its far end (RFC 2473 section 3).
///
/// Traffic class and flow label are those of the packet, as the kernel's seg6 has them. The hop limit is 64;
/// seg6 copies that of the packet, and counts the hop there instead of inside.
///
/// - Returns: nil for what is no whole IPv6 packet, or too long to be wrapped.
package func encapsulate(
  _ packet: [UInt8], from near: IPAddress, to far: IPAddress
) -> [UInt8]? {
  guard let inner = IPv6Header(parsing: packet.rawSpan),
    packet.count == IPv6Header.byteCount + Int(inner.payloadLength),
    let length = UInt16(exactly: packet.count)
  else { return nil }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(IPv6Header.byteCount + packet.count)
  IPv6Header(
    trafficClass: inner.trafficClass, flowLabel: inner.flowLabel, payloadLength: length,
    nextHeader: .ipv6, source: near, destination: far
  ).serialize(into: &bytes)
  return bytes + packet
}
