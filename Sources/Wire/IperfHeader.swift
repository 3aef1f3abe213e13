/// The head of a UDP datagram of iperf 2: its number, and when it was sent.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |             number, signed; negative in the last              |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                  wall clock when sent, s                      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                        and its µs                             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     high 32 bits of the number, since version 2.0.13          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Source: `struct UDP_datagram` of iperf 2's `payloads.h`. The high bits are left out: they
/// cannot be told from the older versions' next field, and 32 bits are enough.
package struct Iperf2Header: Hashable, Sendable {
  package static var byteCount: Int { 12 }

  /// The lower 32 bits as they stand; those of the negated number in the last datagram.
  package var number: UInt32
  /// The sender's clock in microseconds.
  package var microseconds: Int64

  /// The head of a UDP payload; nil where it is too short or the time is none.
  package init?(parsing bytes: RawSpan) {
    guard bytes.byteCount >= Self.byteCount,
      let time = bytes.iperfMicroseconds(at: 4)
    else { return nil }
    number = bytes.uint32(at: 0)
    microseconds = time
  }
}

/// The head of a UDP datagram of iperf 3: when it was sent, and its number from 1.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           clock when sent, s: monotonic since version 3.7     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                        and its µs                             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  number; with --udp-counters-64bit its high 32 bits           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  with --udp-counters-64bit its low 32 bits                    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Source: `iperf_udp_send` of iperf 3's `iperf_udp.c`.
package struct Iperf3Header: Hashable, Sendable {
  /// The lower 32 bits, which are enough.
  package var number: UInt32
  /// The sender's clock in microseconds; its zero is any.
  package var microseconds: Int64

  /// The head of a UDP payload; nil where it is too short or the time is none.
  ///
  /// - Parameter isWide: whether the number has 64 bits, which nothing in the head says.
  package init?(parsing bytes: RawSpan, isWide: Bool) {
    guard bytes.byteCount >= (isWide ? 16 : 12), let time = bytes.iperfMicroseconds(at: 0) else {
      return nil
    }
    number = bytes.uint32(at: isWide ? 12 : 8)
    microseconds = time
  }
}

extension RawSpan {
  /// The seconds and microseconds at the offset; nil where they are no time.
  fileprivate func iperfMicroseconds(at offset: Int) -> Int64? {
    let seconds = uint32(at: offset)
    let microseconds = uint32(at: offset + 4)
    guard seconds > 0, microseconds < 1_000_000 else { return nil }
    return Int64(seconds) * 1_000_000 + Int64(microseconds)
  }
}
