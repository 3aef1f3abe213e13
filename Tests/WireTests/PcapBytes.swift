import Wire

/// Numbers in the byte order of a capture file, made apart from the code that is tested.
struct FileOrder {
  var isBigEndian: Bool

  func octets(_ value: UInt64, _ count: Int) -> [UInt8] {
    let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    return isBigEndian ? little.reversed() : little
  }

  func u16(_ value: Int) -> [UInt8] { octets(UInt64(value), 2) }
  func u32(_ value: Int) -> [UInt8] { octets(UInt64(value), 4) }
}

/// A pcap file in the making (draft-ietf-opsawg-pcap).
struct PcapBytes {
  private(set) var bytes: [UInt8]
  private let order: FileOrder
  private let padding: Int

  init(
    magic: Int = 0xa1b2_c3d4, bigEndian: Bool = false, version: (Int, Int) = (2, 4),
    snaplen: Int = 65_535, link: Int = 1
  ) {
    order = FileOrder(isBigEndian: bigEndian)
    padding = magic == 0xa1b2_cd34 ? 8 : 0
    bytes = order.u32(magic) + order.u16(version.0) + order.u16(version.1) + order.u32(0)
    bytes += order.u32(0) + order.u32(snaplen) + order.u32(link)
  }

  mutating func record(
    _ seconds: Int, _ fraction: Int, frame: [UInt8], captured: Int? = nil, original: Int
  ) {
    bytes += order.u32(seconds) + order.u32(fraction) + order.u32(captured ?? frame.count)
    bytes += order.u32(original) + [UInt8](repeating: 0xee, count: padding) + frame
  }
}

/// A pcapng file in the making (draft-ietf-opsawg-pcapng).
struct PcapngBytes {
  private(set) var bytes: [UInt8] = []
  private var order = FileOrder(isBigEndian: false)

  mutating func block(_ type: Int, _ body: [UInt8], again: Int? = nil) {
    let padded = body + [UInt8](repeating: 0, count: -body.count & 3)
    let length = padded.count + 12
    bytes += order.u32(type) + order.u32(length) + padded + order.u32(again ?? length)
  }

  mutating func section(bigEndian: Bool = false, major: Int = 1, minor: Int = 0) {
    order = FileOrder(isBigEndian: bigEndian)
    block(
      0x0a0d_0d0a,
      order.u32(0x1a2b_3c4d) + order.u16(major) + order.u16(minor) + order.octets(.max, 8))
  }

  func option(_ code: Int, _ value: [UInt8]) -> [UInt8] {
    order.u16(code) + order.u16(value.count) + value
      + [UInt8](repeating: 0, count: -value.count & 3)
  }

  mutating func interface(
    link: Int = 1, snaplen: Int = 0, resolution: UInt8? = nil, offset: Int64? = nil
  ) {
    var body = order.u16(link) + order.u16(0) + order.u32(snaplen)
    body += option(2, Array("eth0".utf8))
    if let resolution { body += option(9, [resolution]) }
    if let offset { body += option(14, order.octets(UInt64(bitPattern: offset), 8)) }
    block(1, body + order.u32(0))
  }

  mutating func packet(
    on interface: Int = 0, at units: UInt64, frame: [UInt8], captured: Int? = nil, original: Int
  ) {
    block(6, order.u32(interface) + dated(units, frame, captured, original))
  }

  mutating func obsoletePacket(on interface: Int, at units: UInt64, frame: [UInt8]) {
    block(2, order.u16(interface) + order.u16(3) + dated(units, frame, nil, frame.count))
  }

  mutating func simplePacket(frame: [UInt8], original: Int) {
    block(3, order.u32(original) + frame)
  }

  mutating func statistics(
    on interface: Int, droppedByInterface: UInt64, droppedBySystem: UInt64
  ) {
    var body = order.u32(interface) + order.u32(0) + order.u32(0)
    body += option(5, order.octets(droppedByInterface, 8))
    body += option(7, order.octets(droppedBySystem, 8))
    block(5, body + order.u32(0))
  }

  private func dated(
    _ units: UInt64, _ frame: [UInt8], _ captured: Int?, _ original: Int
  ) -> [UInt8] {
    order.u32(Int(units >> 32)) + order.u32(Int(units & 0xffff_ffff))
      + order.u32(captured ?? frame.count) + order.u32(original) + frame
  }
}

/// What a walk through a whole file gave.
struct Walk: Equatable {
  struct Packet: Equatable {
    var time: Int64
    var wireBytes: Int
    var frame: [UInt8]
    var linkType: LinkType? = .ethernet
  }

  var packets: [Packet] = []
  var ending: PcapStep?
  var drops: [Int] = []

  init(packets: [Packet] = [], ending: PcapStep = .end, drops: [Int] = []) {
    self.packets = packets
    self.ending = ending
    self.drops = drops
  }

  init(_ file: [UInt8]) throws(PcapFlaw) {
    var walker = try PcapFileWalker(file.rawSpan)
    while ending == nil {
      switch walker.next(in: file.rawSpan) {
      case .packet(let record):
        packets.append(
          Packet(
            time: record.time.nanoseconds, wireBytes: record.wireBytes,
            frame: Array(file[record.frame]), linkType: record.linkType))
      case .drops: drops.append(walker.droppedPackets)
      case let other: ending = other
      }
    }
  }
}

/// Why a file cannot be walked at all.
func flaw(_ file: [UInt8]) -> PcapFlaw? {
  do throws(PcapFlaw) {
    _ = try PcapFileWalker(file.rawSpan)
    return nil
  } catch { return error }
}
