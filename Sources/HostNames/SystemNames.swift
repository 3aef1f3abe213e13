import Glibc
package import Wire

/// The names that this machine knows or finds out: what nsswitch.conf(5) says, mostly hosts(5) and the
/// DNS.
package enum SystemNames {
  /// Asks getnameinfo(3), which may take some seconds.
  package static func ask(_ address: IPAddress) -> NameLookup.Answer {
    var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let status = address.isIPv4 ? ask(ipv4: address, &buffer) : ask(ipv6: address, &buffer)
    switch status {
    case 0:
      let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      return HostName(String(decoding: bytes, as: UTF8.self)).map { .name($0) } ?? .none
    case EAI_NONAME: return .none
    default: return .unknown
    }
  }

  private static func ask(ipv4 address: IPAddress, _ buffer: inout [CChar]) -> Int32 {
    var socket = sockaddr_in()
    socket.sin_family = sa_family_t(AF_INET)
    socket.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.low).bigEndian
    return name(of: socket, &buffer)
  }

  private static func ask(ipv6 address: IPAddress, _ buffer: inout [CChar]) -> Int32 {
    var socket = sockaddr_in6()
    socket.sin6_family = sa_family_t(AF_INET6)
    unsafe withUnsafeMutableBytes(of: &socket.sin6_addr) { bytes in
      unsafe bytes.storeBytes(of: address.high.bigEndian, as: UInt64.self)
      unsafe bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
    return name(of: socket, &buffer)
  }

  private static func name<Socket>(
    of socket: Socket, _ buffer: inout [CChar]
  ) -> Int32 {
    unsafe withUnsafeBytes(of: socket) { bytes in
      guard let start = bytes.baseAddress else { return EAI_FAIL }
      return unsafe getnameinfo(
        start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count), &buffer,
        socklen_t(buffer.count), nil, 0, NI_NAMEREQD)
    }
  }
}
