import CPcap
import Glibc
import Wire

/// An open libpcap handle: the one place where libpcap's pointers are touched.
@safe
struct PcapHandle: ~Copyable {
  /// What came of asking for one packet.
  enum Next {
    case packet
    case nothing
    case failed(String)
  }

  private let pcap: OpaquePointer
  private let linkType: LinkType
  /// A longer frame is none that the interface could send as one; nil where that is not known.
  var longestFrame: Int?

  /// A live capture on an interface of the calling thread's network namespace.
  init(interface name: String, options: PcapInterface.Options) throws(CaptureError) {
    var reason = ErrorText()
    guard let pcap = unsafe reason.fill({ unsafe pcap_create(name, $0) }) else {
      throw .failed(name, reason: reason.text)
    }
    unsafe pcap_set_snaplen(pcap, Int32(clamping: options.snapshotLength))
    unsafe pcap_set_promisc(pcap, options.isPromiscuous ? 1 : 0)
    unsafe pcap_set_buffer_size(pcap, Int32(clamping: options.bufferBytes))
    unsafe pcap_set_timeout(pcap, PcapInterface.blockMilliseconds)
    unsafe pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO)
    let status = unsafe pcap_activate(pcap)
    guard status >= 0 else {
      let text = unsafe String(cString: pcap_geterr(pcap))
      let word = unsafe text.isEmpty ? String(cString: pcap_statustostr(status)) : text
      unsafe pcap_close(pcap)
      switch status {
      case PCAP_ERROR_NO_SUCH_DEVICE: throw .noSuchInterface(name)
      case PCAP_ERROR_IFACE_NOT_UP: throw .notUp(name)
      case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED: throw .noPermission(name)
      default: throw .failed(name, reason: word)
      }
    }
    guard unsafe reason.fill({ unsafe pcap_setnonblock(pcap, 1, $0) == 0 ? true : nil }) != nil
    else {
      unsafe pcap_close(pcap)
      throw .failed(name, reason: reason.text)
    }
    try unsafe self.init(pcap)
  }

  private init(_ pcap: OpaquePointer) throws(CaptureError) {
    let number = unsafe pcap_datalink(pcap)
    guard let linkType = LinkType(dataLink: number) else {
      let name = unsafe pcap_datalink_val_to_name(number).map { unsafe String(cString: $0) }
      unsafe pcap_close(pcap)
      throw .unsupportedLinkType(name: name ?? "unknown", number: Int(number))
    }
    unsafe self.pcap = pcap
    self.linkType = linkType
  }

  deinit {
    unsafe pcap_close(pcap)
  }

  var type: LinkType { linkType }

  /// The most that is captured of a frame, in bytes.
  var snapshotLength: Int { Int(unsafe pcap_snapshot(pcap)) }

  /// What to poll for packets of a live capture.
  var descriptor: Int32 { unsafe pcap_get_selectable_fd(pcap) }

  /// Lets through only what a filter expression (pcap-filter(7)) names; in the kernel, where it can.
  func apply(filter expression: String) throws(CaptureError) {
    var program = unsafe bpf_program()
    guard unsafe pcap_compile(pcap, &program, expression, 1, bpf_u_int32.max) == 0 else {
      throw .badFilter(expression, reason: errorText)
    }
    defer { unsafe pcap_freecode(&program) }
    guard unsafe pcap_setfilter(pcap, &program) == 0 else {
      throw .badFilter(expression, reason: errorText)
    }
  }

  /// Compiles a filter expression (pcap-filter(7)) for the kernel: for whole frames of an interface of
  /// the calling thread's network namespace, as the kernel sees them.
  ///
  /// - Parameter body: gets the instructions, 8 bytes each, and how many they are.
  static func compile(
    _ expression: String, forInterface name: String, _ body: (UnsafeRawPointer?, UInt16) -> Void
  ) throws(CaptureError) {
    // Only an open capture knows that the kernel keeps VLAN tags apart from the frames.
    var options = PcapInterface.Options()
    options.snapshotLength = 262_144
    options.isPromiscuous = false
    options.bufferBytes = 1 << 20
    let handle = try PcapHandle(interface: name, options: options)
    var program = unsafe bpf_program()
    guard unsafe pcap_compile(handle.pcap, &program, expression, 1, bpf_u_int32.max) == 0 else {
      throw .badFilter(expression, reason: handle.errorText)
    }
    defer { unsafe pcap_freecode(&program) }
    unsafe body(program.bf_insns, UInt16(clamping: program.bf_len))
  }

  /// Hands over the next packet, if it is there.
  mutating func next(_ body: (borrowing CapturedPacket) -> Void) -> Next {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    switch unsafe pcap_next_ex(pcap, &header, &data) {
    case 1: break
    case 0: return .nothing
    default: return .failed(errorText)
    }
    guard let header = unsafe header, let data = unsafe data else { return .nothing }
    let (time, length) = unsafe (header.pointee.ts, Int(header.pointee.len))
    // The precision that was asked for puts nanoseconds where the name says microseconds.
    body(
      CapturedPacket(
        time: Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_usec)),
        wireBytes: length,
        bytes: unsafe RawSpan(_unsafeStart: data, byteCount: Int(header.pointee.caplen)),
        linkType: linkType, mayHoldSegments: longestFrame.map { length > $0 } ?? false))
    return .packet
  }

  /// What the kernel's buffer and the interface dropped, each counted modulo 2³²; nil for an error.
  func drops() -> (kernel: UInt32, interface: UInt32)? {
    var figures = pcap_stat()
    guard unsafe pcap_stats(pcap, &figures) == 0 else { return nil }
    return (figures.ps_drop, figures.ps_ifdrop)
  }

  var errorText: String { unsafe String(cString: pcap_geterr(pcap)) }
}

/// The buffer into which libpcap writes why it could not open something.
private struct ErrorText {
  private(set) var text = ""

  mutating func fill<Value>(_ attempt: (UnsafeMutablePointer<CChar>) -> Value?) -> Value? {
    var buffer = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    let value = unsafe attempt(&buffer)
    let bytes = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    text = String(decoding: bytes, as: UTF8.self)
    return value
  }
}

extension LinkType {
  /// The most bytes before the packet, with one VLAN tag, in the frames of live captures.
  var headerBytes: Int {
    switch self {
    case .ethernet: 18
    case .linuxSLL: 16
    case .linuxSLL2: 20
    default: 4
    }
  }

  /// The link type behind libpcap's own number (DLT_*), which is not always that of the files.
  init?(dataLink number: Int32) {
    switch number {
    case DLT_RAW: self = .raw
    default:
      guard let number = UInt16(exactly: number), let type = LinkType(rawValue: number) else {
        return nil
      }
      self = type
    }
  }
}
