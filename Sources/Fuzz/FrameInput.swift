import Capture
import Streams
import Wire

/// One frame: its link type, what is asked for, its length on the wire beyond what was captured, and
/// its bytes. It may be a super-packet, whose segments have then so many bytes.
struct FrameInput {
  private let linkType: LinkType
  private let decapsulation: Decapsulation
  private let wireBytes: Int
  private let segmentBytes: Int?
  private let frame: [UInt8]

  init(_ bytes: ArraySlice<UInt8>) {
    var reader = InputReader(bytes)
    let types = LinkType.allCases
    linkType = types[Int(reader.byte()) % types.count]
    let choice = reader.byte()
    decapsulation = Decapsulation(rawValue: choice & 3)
    segmentBytes = choice & 4 == 0 ? nil : Int(reader.byte())
    let more = Int(reader.integer() as Int16)
    frame = reader.bytes(.max)
    wireBytes = frame.count + more
  }

  func check() {
    checkDecoding(
      frame.rawSpan, linkType: linkType, wireBytes: wireBytes, decapsulation: decapsulation)
    if let segmentBytes { checkSegments(of: segmentBytes) }
  }

  /// Every byte behind the headers is in one segment, and each segment can be read.
  private func checkSegments(of segmentBytes: Int) {
    let frameBytes = max(wireBytes, frame.count)
    guard
      let segments = SuperPacket(
        frame.rawSpan, frameBytes: frameBytes, segmentBytes: segmentBytes, transport: nil)
    else { return }
    var bytes: [UInt8] = []
    var payload = 0
    for index in 0..<segments.count {
      let length = segments.copySegment(index, of: frame.rawSpan, limit: 256, into: &bytes)
      Fuzz.check(bytes.count <= min(length, 256), "a segment of \(length) with \(bytes.count)")
      payload += length - segments.headerBytes
      checkDecoding(bytes.rawSpan, linkType: .ethernet, wireBytes: length)
    }
    Fuzz.check(segments.headerBytes + payload == frameBytes, "segments do not add up")
  }
}

/// Checks what holds of every frame, and that both ways to read a plain one say the same.
func checkDecoding(
  _ frame: RawSpan, linkType: LinkType?, wireBytes: Int, decapsulation: Decapsulation = []
) {
  let packet = DecodedPacket(
    decoding: frame, linkType: linkType, wireBytes: wireBytes, decapsulation: decapsulation)
  let captured = frame.byteCount
  check(packet.ipBytes >= 0 && packet.udpBytes >= 0, "a length is negative")
  check(packet.payload.upperBound <= max(captured, packet.payload.lowerBound), "payload outside")
  check(packet.mobility.upperBound <= captured, "Mobility Header outside")
  check(packet.announcement.upperBound <= captured, "an announcement outside")
  if let announcement = Announcement(packet, in: frame) {
    let text = "\(announcement.hardwareAddress)"
    check(HardwareAddress(text) == announcement.hardwareAddress, "\(text) is read otherwise")
  }
  check(packet.payload.isEmpty || packet.kind == .udp, "a payload without a datagram")
  check(packet.mobility.isEmpty || packet.kind == .mobility, "a Mobility Header of another kind")
  check(packet.kind != .malformed || !packet.isTruncated, "malformed or cut")
  check(!packet.isTruncated || captured < wireBytes, "cut although it is whole")
  if packet.kind == .udp {
    check(packet.payload.count <= packet.udpBytes, "more payload than the header says")
  }
  if packet.kind == .mobility {
    _ = BindingMessage(
      parsing: frame.extracting(packet.mobility), source: packet.source,
      destination: packet.destination, homeAddress: packet.homeAddress)
  }
  guard linkType == .ethernet, decapsulation.isEmpty else { return }
  checkPlain(frame, wireBytes: wireBytes, against: packet)
}

private func checkPlain(
  _ frame: RawSpan, wireBytes: Int, against packet: DecodedPacket
) {
  guard let plain = PlainDatagram(frame, wireBytes: wireBytes) else { return }
  let inner = PlainDatagram.addresses(at: plain.header, in: frame)
  check(packet.kind == .udp && !packet.isTruncated && packet.homeAddress == nil, "not plain")
  check(inner.source == packet.source && inner.destination == packet.destination, "addresses")
  let ports = UInt32(packet.sourcePort) << 16 | UInt32(packet.destinationPort)
  check(plain.ports(in: frame) == ports, "ports")
  check(plain.ipBytes == packet.ipBytes && plain.udpBytes == packet.udpBytes, "lengths")
  check(plain.payload == packet.payload, "payload \(plain.payload), \(packet.payload)")
  check(packet.outer.count == (plain.isTunnelled ? 1 : 0), "depth")
  if plain.isTunnelled {
    let outer = PlainDatagram.addresses(at: PlainDatagram.outerHeader, in: frame)
    let level = packet.outer[0]
    check(outer.source == level.source && outer.destination == level.destination, "outer header")
  }
}
