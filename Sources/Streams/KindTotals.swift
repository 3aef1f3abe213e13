import Wire

/// Packets and bytes by what they counted as.
struct KindTotals: BitwiseCopyable, Sendable {
  private var packets = [8 of Int](repeating: 0)
  private var wireBytes = [8 of Int](repeating: 0)
  /// Of datagrams that were read at a glance.
  private var plain = (packets: 0, wireBytes: 0)

  /// Adds a datagram that was read at a glance.
  @inline(__always)
  mutating func addDatagram(wireBytes: Int) {
    plain.packets &+= 1
    plain.wireBytes &+= wireBytes
  }

  @inline(__always)
  mutating func add(_ kind: DecodedPacket.Kind, packets: Int, wireBytes: Int) {
    let kind = Int(kind.rawValue)
    self.packets[kind] &+= packets
    self.wireBytes[kind] &+= wireBytes
  }

  mutating func add(_ other: Self) {
    plain.packets &+= other.plain.packets
    plain.wireBytes &+= other.plain.wireBytes
    for kind in packets.indices {
      packets[kind] &+= other.packets[kind]
      wireBytes[kind] &+= other.wireBytes[kind]
    }
  }

  /// One element a kind that had packets.
  var list: [ProtocolTotal] {
    DecodedPacket.Kind.allCases.compactMap { kind in
      let index = Int(kind.rawValue)
      let plain = kind == .udp ? plain : (packets: 0, wireBytes: 0)
      let packets = packets[index] &+ plain.packets
      guard packets > 0 else { return nil }
      return ProtocolTotal(
        kind: kind, packets: packets, wireBytes: wireBytes[index] &+ plain.wireBytes)
    }
  }
}
