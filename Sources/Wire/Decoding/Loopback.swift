extension FrameDecoder {
  /// BSD loopback (LINKTYPE_NULL, LINKTYPE_LOOP): the address family in four bytes, in the byte order
  /// of the host that captured, which is not known here, or in network order.
  mutating func loopback() -> Header {
    guard has(4) else { return .none }
    let word = bytes.uint32(at: offset)
    offset += 4
    switch word > 0xffff ? word.byteSwapped : word {
    case 2: return .ipv4
    // AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, and Darwin.
    case 10, 23, 24, 28, 30: return .ipv6
    default: return end(.other)
    }
  }
}
