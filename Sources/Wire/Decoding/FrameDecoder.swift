extension DecodedPacket {
  /// What the headers of a frame say.
  ///
  /// Any bytes are read to some kind; nothing traps, and the number of headers that are entered is
  /// bounded.
  ///
  /// - Parameters:
  ///   - bytes: What was captured of the frame.
  ///   - linkType: What it begins with; nil where that cannot be decoded, which makes it `other`.
  ///   - wireBytes: The frame's length on the wire.
  ///   - decapsulation: The tunnels in UDP that are entered beside VXLAN.
  package init(
    decoding bytes: RawSpan, linkType: LinkType?, wireBytes: Int,
    decapsulation: Decapsulation = []
  ) {
    var decoder = FrameDecoder(bytes, wireBytes: wireBytes, decapsulation: decapsulation)
    if let linkType { decoder.walk(from: FrameDecoder.Header(linkType)) }
    self = decoder.packet
  }
}

/// Walks from header to header into a frame and notes what they say.
///
/// Each protocol has a step in an extension of its own: it stands at its header, checks once that the
/// header is there, moves behind it, and names the header that follows.
struct FrameDecoder: ~Escapable {
  /// The header to be read next.
  enum Header {
    case ethernet
    case linuxCooked
    case linuxCooked2
    case radiotap
    case ppi
    /// IEEE 802.11; padded where its header is filled up to a multiple of 4 bytes.
    case wireless(isPadded: Bool)
    case loopback
    case ppp
    case pppoe
    case vlan
    case llc
    case mpls
    /// IPv4 or IPv6, as the version field says.
    case ip
    case ipv4
    case ipv6
    case gre
    case vxlan
    case geneve
    case teredo
    case payload(EtherType)
    case upperLayer(IPProtocol)
    /// Nothing more to read.
    case none
  }

  /// Headers that are entered at most; more is taken for an attack.
  private static var headerLimit: Int { 256 }

  let bytes: RawSpan
  private let wireBytes: Int
  let decapsulation: Decapsulation
  private var headersLeft = Self.headerLimit

  /// Where the walk stands.
  var offset = 0
  /// Where the data at hand ends by the lengths of the headers around it.
  var limit: Int
  /// Where the innermost IP packet ends by its own header, which a snaplen or the fragmentation of an
  /// outer packet may have cut.
  var packetEnd = 0
  /// The innermost IP packet is the first fragment of a longer one.
  var isFirstFragment = false
  private var hasEnteredIP = false
  var packet = DecodedPacket()

  @inline(__always)
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, wireBytes: Int, decapsulation: Decapsulation) {
    self.bytes = bytes
    self.decapsulation = decapsulation
    self.wireBytes = max(wireBytes, bytes.byteCount)
    limit = self.wireBytes
  }

  /// The captured bytes from here on.
  var rest: RawSpan {
    @_lifetime(copy self)
    get { bytes.extracting(min(offset, bytes.byteCount)..<bytes.byteCount) }
  }

  /// Whether so many bytes are here to be read. If not, the packet is noted as malformed, or as
  /// truncated where only the snaplen is to blame.
  mutating func has(_ count: Int) -> Bool {
    if count <= min(limit, bytes.byteCount) - offset { return true }
    packet.isTruncated = bytes.byteCount < wireBytes && count <= limit - offset
    packet.kind = packet.isTruncated ? .other : .malformed
    return false
  }

  /// Ends the walk at a header that contradicts itself.
  mutating func malformed() -> Header {
    packet.kind = .malformed
    return .none
  }

  /// Ends the walk at a header whose content is of no interest.
  mutating func end(_ kind: DecodedPacket.Kind) -> Header {
    packet.kind = offset <= limit ? kind : .malformed
    return .none
  }

  /// Notes the addresses of an IP header; those of the one before were outer ones. False where there
  /// are too many.
  mutating func enterIP(source: IPAddress, destination: IPAddress) -> Bool {
    if hasEnteredIP {
      let level = OuterHeaders.Level(source: packet.source, destination: packet.destination)
      guard packet.outer.append(level) else { return false }
    }
    hasEnteredIP = true
    packet.source = source
    packet.destination = destination
    packet.homeAddress = nil
    isFirstFragment = false
    return true
  }

  /// Notes the length that an IP header states for its packet, which begins here; 0, as in
  /// super-packets, stands for what was captured.
  mutating func setLength(_ byteCount: Int) {
    packet.ipBytes = byteCount == 0 ? min(limit, bytes.byteCount) - offset : byteCount
    packetEnd = offset + packet.ipBytes
    limit = min(limit, packetEnd)
  }

  mutating func walk(from first: Header) {
    var next = first
    while true {
      guard headersLeft > 0 else {
        packet.kind = .malformed
        return
      }
      headersLeft -= 1
      switch next {
      case .ethernet: next = ethernet()
      case .linuxCooked: next = linuxCooked()
      case .linuxCooked2: next = linuxCooked2()
      case .radiotap: next = radiotap()
      case .ppi: next = ppi()
      case .wireless(let isPadded): next = wireless(isPadded: isPadded)
      case .loopback: next = loopback()
      case .ppp: next = ppp()
      case .pppoe: next = pppoe()
      case .vlan: next = vlan()
      case .llc: next = llc()
      case .mpls: next = mpls()
      case .ip: next = ip()
      case .ipv4: next = ipv4()
      case .ipv6: next = ipv6()
      case .gre: next = gre()
      case .vxlan: next = vxlan()
      case .geneve: next = geneve()
      case .teredo: next = teredo()
      case .payload(let type): next = payload(type)
      case .upperLayer(let number): next = upperLayer(number)
      case .none: return
      }
    }
  }
}

extension FrameDecoder.Header {
  /// What a frame of this link type begins with.
  init(_ linkType: LinkType) {
    self =
      switch linkType {
      case .null, .loop: .loopback
      case .ethernet: .ethernet
      case .ppp: .ppp
      case .raw: .ip
      case .wireless: .wireless(isPadded: false)
      case .linuxSLL: .linuxCooked
      case .radiotap: .radiotap
      case .ppi: .ppi
      case .ipv4: .ipv4
      case .ipv6: .ipv6
      case .linuxSLL2: .linuxCooked2
      }
  }
}
