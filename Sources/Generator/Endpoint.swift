package import Wire

/// An address with its port, and the interface that a link-local address needs.
package struct Endpoint: Hashable, Sendable {
  package var address: IPAddress
  package var port: UInt16
  /// The interface's index for link-local addresses; else 0.
  package var scope: UInt32

  package init(address: IPAddress, port: UInt16, scope: UInt32 = 0) {
    self.address = address
    self.port = port
    self.scope = scope
  }

  /// The endpoint that the text names: `[2001:db8::1]:5004`, `[fe80::1%eth0]:5004` or
  /// `192.0.2.1:5004`. A port from 0 to 65535.
  package init(parsing text: String) throws(GeneratorError) {
    guard let colon = text.lastIndex(of: ":"),
      let port = Self.port(text[text.index(after: colon)...])
    else { throw .noEndpoint(text) }
    var host = text[..<colon]
    if host.first == "[" {
      guard host.last == "]" else { throw .noEndpoint(text) }
      host = host.dropFirst().dropLast()
      guard host.contains(":") else { throw .noEndpoint(text) }
    } else if host.contains(":") {
      throw .noEndpoint(text)
    }
    (address, scope) = try Self.address(parsing: String(host))
    self.port = port
  }

  /// The address that the text names, with the index of its interface: `fe80::1%eth0`, `::1`,
  /// `192.0.2.1`. The index is 0 where none is named.
  package static func address(
    parsing text: String
  ) throws(GeneratorError) -> (IPAddress, scope: UInt32) {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])) else { throw .noAddress(text) }
    guard parts.count == 2 else {
      guard !address.isLinkLocal else { throw .noScope(text) }
      return (address, 0)
    }
    guard !address.isIPv4 else { throw .noAddress(text) }
    let index = interfaceIndex(String(parts[1]))
    guard index != 0 else { throw .noInterface(String(parts[1])) }
    return (address, index)
  }

  private static func port(_ text: Substring) -> UInt16? {
    text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? UInt16(text) : nil
  }
}

/// The text form `[address]:port`, IPv4 addresses without brackets.
extension Endpoint: CustomStringConvertible {
  package var description: String {
    if address.isIPv4 { return "\(address):\(port)" }
    return scope == 0
      ? "[\(address)]:\(port)" : "[\(address)%\(interfaceName(scope) ?? "\(scope)")]:\(port)"
  }
}

extension IPAddress {
  /// Whether it means nothing without an interface (RFC 4291 section 2.5.6: fe80::/10).
  package var isLinkLocal: Bool { !isIPv4 && high >> 54 == 0x3fa }

  /// The address that stands for any: `::` or `0.0.0.0`.
  package static func unspecified(isIPv4: Bool) -> IPAddress {
    isIPv4 ? IPAddress(ipv4: 0) : IPAddress(high: 0, low: 0)
  }
}
