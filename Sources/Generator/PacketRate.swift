/// A steady rate, as a whole number of packets in a whole number of nanoseconds, so that it is exact
/// however long it runs.
package struct PacketRate: Hashable, Sendable {
  package let packets: UInt64
  package let nanoseconds: UInt64

  /// - Parameter packets: packets a second, more than 0.
  package init(packetsPerSecond packets: Int) {
    self.packets = UInt64(max(packets, 1))
    nanoseconds = 1_000_000_000
  }

  /// - Parameters:
  ///   - bits: bits of UDP payload a second, more than 0.
  ///   - payloadBytes: bytes of UDP payload a packet.
  package init(bitsPerSecond bits: Int, payloadBytes: Int) {
    packets = UInt64(max(bits, 1))
    nanoseconds = 8_000_000_000 * UInt64(payloadBytes)
  }

  /// The rate of several such streams together.
  package init(_ rate: PacketRate, streams: Int) {
    packets = rate.packets * UInt64(streams)
    nanoseconds = rate.nanoseconds
  }

  package var packetsPerSecond: Double { Double(packets) * 1e9 / Double(nanoseconds) }

  /// The whole nanoseconds after which so many packets have gone.
  func time(of count: UInt64) -> UInt64 {
    let product = count.multipliedFullWidth(by: nanoseconds)
    return product.high >= packets ? .max : packets.dividingFullWidth(product).quotient
  }

  /// How many packets have their time before or at so many nanoseconds, the first at 0.
  func count(upTo time: UInt64) -> UInt64 {
    // The last whose time, rounded down, is not later: n · nanoseconds < (time + 1) · packets.
    let product = (time + 1).multipliedFullWidth(by: packets)
    let (low, borrow) = product.low.subtractingReportingOverflow(1)
    let high = borrow ? product.high - 1 : product.high
    guard high < nanoseconds else { return .max }
    return nanoseconds.dividingFullWidth((high, low)).quotient + 1
  }
}
