/// An IPv4 or IPv6 address.
public struct IPAddress: Hashable, Comparable, Sendable {
  /// The first eight bytes of an IPv6 address as a big-endian number; 0 for IPv4.
  public let high: UInt64
  /// The last eight bytes of an IPv6 address as a big-endian number; the 32 bits of an IPv4 address.
  public let low: UInt64
  public let isIPv4: Bool

  /// An IPv6 address from its two halves.
  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
    self.isIPv4 = false
  }

  /// An IPv4 address from its 32 bits.
  @inlinable
  public init(ipv4 bits: UInt32) {
    self.high = 0
    self.low = UInt64(bits)
    self.isIPv4 = true
  }

  /// IPv4 addresses come before IPv6 addresses; within a family the order is that of the bytes.
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    if left.isIPv4 != right.isIPv4 { return left.isIPv4 }
    return left.high == right.high ? left.low < right.low : left.high < right.high
  }
}
