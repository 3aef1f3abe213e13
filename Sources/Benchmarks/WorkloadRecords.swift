import Wire

/// Records of a capture file, made once, of which only what differs from packet to packet is written
/// anew.
struct WorkloadRecords {
  private(set) var bytes: [UInt8] = []
  private let recordBytes: Int
  /// Where the innermost IPv6 header begins in a record.
  private let header: Int

  init(_ workload: Workload, batch: Int) {
    let frame = Self.frame(of: workload)
    recordBytes = 16 + frame.count
    header =
      recordBytes - IPv6Header.byteCount - UDPHeader.byteCount - Workload.payloadBytes
    for _ in 0..<batch {
      bytes.append(bigEndian: 0 as UInt64)
      bytes.append(bigEndian: UInt32(frame.count).byteSwapped)
      bytes.append(bigEndian: UInt32(frame.count).byteSwapped)
      bytes += frame
    }
  }

  private static let destination = IPAddress(high: 0x2001_0db8_00cc_0000, low: 1)
  private static let prefix: UInt64 = 0x2001_0db8_0042_0000
  private static let port: UInt16 = 5004
  private static let headerOfUDP = IPv6Header.byteCount
  private static let payload = headerOfUDP + UDPHeader.byteCount

  private static func frame(of workload: Workload) -> [UInt8] {
    var frame: [UInt8] = []
    let datagram = UDPHeader.byteCount + Workload.payloadBytes
    EthernetHeader(destination: 0x0200_0000_0002, source: 0x0200_0000_0001, etherType: .ipv6)
      .serialize(into: &frame)
    if workload.isTunnelled {
      IPv6Header(
        payloadLength: UInt16(IPv6Header.byteCount + datagram), nextHeader: .ipv6,
        source: IPAddress(high: 0x2001_0db8_0001_0000, low: 1),
        destination: IPAddress(high: 0x2001_0db8_00aa_0000, low: 1)
      ).serialize(into: &frame)
    }
    IPv6Header(
      payloadLength: UInt16(datagram), nextHeader: .udp,
      source: IPAddress(high: prefix, low: 0), destination: destination
    ).serialize(into: &frame)
    UDPHeader(
      sourcePort: port, destinationPort: port, length: UInt16(datagram), checksum: 0
    ).serialize(into: &frame)
    frame += (0..<Workload.payloadBytes).map { UInt8(truncatingIfNeeded: 167 &* $0 &+ 13) }
    return frame
  }

  /// Makes the record at `place` that of a packet.
  ///
  /// - Parameter packet: how many packets came before it.
  mutating func fill(_ place: Int, packet: Int, flow: Int, number: UInt64) {
    let time = Workload.start.nanoseconds + Int64(packet) * Workload.spacing
    let sent = time - Workload.delay(of: packet)
    let stream = StreamHeader(
      timestamp: UInt32(truncatingIfNeeded: sent / 100_000 * 9),
      synchronizationSource: UInt32(truncatingIfNeeded: flow), number: number,
      realTime: Timestamp(nanoseconds: sent), bootTime: UInt64(sent - Workload.started))
    let start = place * recordBytes
    let end = start + recordBytes
    let header = header
    unsafe bytes.withUnsafeMutableBytes { all in
      var record = unsafe UnsafeMutableRawBufferPointer(rebasing: all[start..<end]).mutableBytes
      record.store(UInt32(time / 1_000_000_000).byteSwapped, at: 0)
      record.store(UInt32(time % 1_000_000_000).byteSwapped, at: 4)
      record.store(UInt64(flow + 1), at: header + 16)
      record.store(0 as UInt16, at: header + Self.headerOfUDP + 6)
      let payload = unsafe all[start + header + Self.payload..<end]
      var span = unsafe UnsafeMutableRawBufferPointer(rebasing: payload).mutableBytes
      stream.serialize(into: &span)
      let sum = Self.checksum(record.bytes, from: header + 8)
      record.store(sum, at: header + Self.headerOfUDP + 6)
    }
  }

  /// The UDP checksum over the addresses and the datagram, which follow each other in the packet, and
  /// the rest of the pseudo-header (RFC 8200 section 8.1).
  private static func checksum(_ record: RawSpan, from addresses: Int) -> UInt16 {
    let datagram = UDPHeader.byteCount + Workload.payloadBytes
    var sum = UInt64(datagram) + UInt64(IPProtocol.udp.rawValue)
    for offset in stride(from: addresses, to: record.byteCount, by: 4) {
      sum &+= UInt64(record.uint32(at: offset))
    }
    while sum > 0xffff { sum = sum >> 16 + sum & 0xffff }
    return sum == 0xffff ? 0xffff : ~UInt16(sum)
  }
}
