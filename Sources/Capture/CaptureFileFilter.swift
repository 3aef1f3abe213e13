import CPcap
import Glibc
import Wire

/// A filter expression (pcap-filter(7)) for a file whose interfaces may differ in link type: libpcap
/// compiles it for each, and its program runs on the bytes where they are.
@safe
struct CaptureFileFilter: ~Copyable {
  private let expression: String
  /// By link type; compiled when its first frame comes.
  private var programs = unsafe [LinkType: bpf_program]()

  /// - Parameter linkType: the one for which it must compile at once.
  /// - Throws: `badFilter`.
  init(_ expression: String, linkType: LinkType) throws(CaptureError) {
    self.expression = expression
    _ = try unsafe program(for: linkType)
  }

  deinit {
    unsafe programs.values.forEach { program in
      var program = unsafe program
      unsafe pcap_freecode(&program)
    }
  }

  /// Whether the filter lets a frame through. One that cannot be decoded is held back.
  mutating func admits(
    _ frame: RawSpan, linkType: LinkType?, wireBytes: Int
  ) throws(CaptureError) -> Bool {
    guard let linkType else { return false }
    var program = try unsafe program(for: linkType)
    var header = pcap_pkthdr()
    header.caplen = bpf_u_int32(clamping: frame.byteCount)
    header.len = bpf_u_int32(clamping: wireBytes)
    // Of an empty frame there is no address, but no program reads beyond its length of 0 either.
    var nothing: UInt8 = 0
    return unsafe frame.withUnsafeBytes { bytes in
      let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      guard let start = unsafe start else {
        return unsafe pcap_offline_filter(&program, &header, &nothing) != 0
      }
      return unsafe pcap_offline_filter(&program, &header, start) != 0
    }
  }

  private mutating func program(for linkType: LinkType) throws(CaptureError) -> bpf_program {
    if let program = unsafe programs[linkType] { return unsafe program }
    guard let pcap = unsafe pcap_open_dead(linkType.dataLink, 262_144)
    else { throw .badFilter(expression, reason: reasonText(ENOMEM)) }
    defer { unsafe pcap_close(pcap) }
    var program = unsafe bpf_program()
    guard unsafe pcap_compile(pcap, &program, expression, 1, bpf_u_int32.max) == 0 else {
      throw .badFilter(expression, reason: unsafe String(cString: pcap_geterr(pcap)))
    }
    unsafe programs[linkType] = unsafe program
    return unsafe program
  }
}

extension LinkType {
  /// libpcap's own number (DLT_*), the other way round than `init(dataLink:)`.
  fileprivate var dataLink: Int32 {
    self == .raw ? DLT_RAW : Int32(rawValue)
  }
}

/// What libpcap calls a link type of capture files that cannot be decoded here.
func linkTypeName(_ number: Int) -> String {
  unsafe pcap_datalink_val_to_name(Int32(clamping: number)).map { unsafe String(cString: $0) }
    ?? "unknown"
}
