import Wire

/// Packets and bytes by what they counted as.
struct KindTotals: BitwiseCopyable, Sendable {
  private var packets = [8 of Int](repeating: 0)
  private var wireBytes = [8 of Int](repeating: 0)

  @inline(__always)
  mutating func add(_ kind: DecodedPacket.Kind, packets: Int, wireBytes: Int) {
    let kind = Int(kind.rawValue)
    self.packets[kind] &+= packets
    self.wireBytes[kind] &+= wireBytes
  }

  mutating func add(_ other: Self) {
    for kind in packets.indices {
      packets[kind] &+= other.packets[kind]
      wireBytes[kind] &+= other.wireBytes[kind]
    }
  }

  /// One element a kind that had packets.
  var list: [ProtocolTotal] {
    DecodedPacket.Kind.allCases.compactMap { kind in
      let index = Int(kind.rawValue)
      guard packets[index] > 0 else { return nil }
      return ProtocolTotal(kind: kind, packets: packets[index], wireBytes: wireBytes[index])
    }
  }
}
