package import Wire

/// An entry of the home agent's binding cache (RFC 6275 section 9.1).
package struct Binding: Sendable, Hashable {
  package var homeAddress: IPAddress
  package var careOfAddress: IPAddress
  /// What is forwarded to the care-of address: the Mobile Network Prefixes of a router, the home address
  /// alone of a host.
  package var prefixes: [BindingMessage.Prefix]
  package var isMobileRouter: Bool
  package var sequence: UInt16
  /// When it ends, by the clock of `Moment.elapsed`.
  package var expiry: Duration
  /// When this care-of address was registered first.
  package var since: Timestamp
}

extension BindingMessage.Prefix {
  /// Whether its length is one, nothing is set behind it, and its addresses are unicast and may be routed.
  package var isValid: Bool {
    !address.isIPv4 && length > 0 && length <= 128 && masked == self && address.isGlobalUnicast
  }

  /// The prefix with nothing set behind its length.
  var masked: BindingMessage.Prefix {
    func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(.max >> UInt64(bits)) }
    let address = IPAddress(
      high: address.high & mask(Int(length)), low: address.low & mask(Int(length) - 64))
    return BindingMessage.Prefix(address: address, length: length)
  }

  /// Whether all of the other's addresses are among its own.
  package func contains(_ other: BindingMessage.Prefix) -> Bool {
    other.length >= length
      && BindingMessage.Prefix(address: other.address, length: length).masked == masked
  }
}

extension IPAddress {
  /// Neither unspecified, loopback, link-local, multicast nor IPv4-mapped (RFC 4291 section 2.4).
  package var isGlobalUnicast: Bool {
    !isIPv4 && high >> 56 != 0xff && high >> 54 != 0x3fa
      && !(high == 0 && (low < 2 || low >> 32 == 0xffff))
  }
}
