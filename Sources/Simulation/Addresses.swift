package import Wire

/// The addresses of the experiment that no scenario changes, from the documentation prefix of
/// RFC 3849.
package enum Addresses {
  /// `2001:db8:42::10`
  package static let guest = IPAddress(high: 0x2001_0db8_0042_0000, low: 0x10)
  /// `2001:db8:cc::1`
  package static let correspondent = IPAddress(high: 0x2001_0db8_00cc_0000, low: 1)
  /// `2001:db8:aa::1`
  package static let homeAgent = IPAddress(high: 0x2001_0db8_00aa_0000, low: 1)
  /// The Home Address that the mobile routers share: `2001:db8:aa::42`.
  package static let home = IPAddress(high: 0x2001_0db8_00aa_0000, low: 0x42)
  /// The Mobile Network Prefix, 64 bits long: `2001:db8:42::`.
  package static let prefix = IPAddress(high: 0x2001_0db8_0042_0000, low: 0)
}
