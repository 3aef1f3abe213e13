/// What an Interface Statistics Block (draft-ietf-opsawg-pcapng section 4.6) says of an interface at a
/// moment; nil is not said.
package struct PcapngStatistics: Equatable, Sendable {
  package var time: Timestamp
  /// When the capture began.
  package var start: Timestamp?
  /// When it ended.
  package var end: Timestamp?
  /// Packets received since the capture began.
  package var received: Int?
  /// Packets dropped since it began, at the interface and in the system together.
  package var dropped: Int?
  package var comment: String?

  package init(
    time: Timestamp, start: Timestamp? = nil, end: Timestamp? = nil, received: Int? = nil,
    dropped: Int? = nil, comment: String? = nil
  ) {
    self.time = time
    self.start = start
    self.end = end
    self.received = received
    self.dropped = dropped
    self.comment = comment
  }

  /// - Parameter body: A block's body of 12 bytes at the least; see `PcapngEncoder`.
  init(parsing bytes: RawSpan, body: Range<Int>, order: PcapByteOrder, interface: PcapngInterface) {
    func time(at offset: Int) -> Timestamp {
      interface.time(
        UInt64(order.uint32(bytes, at: offset)) << 32 | UInt64(order.uint32(bytes, at: offset + 4)))
    }
    self.init(time: time(at: body.lowerBound + 4))
    var options = PcapngOptions(body.lowerBound + 12..<body.upperBound, order: order)
    while let option = options.next(in: bytes) {
      let value = option.value.lowerBound
      switch option.code {
      case PcapngOptions.comment: comment = bytes.text(option.value)
      case 2 where option.value.count >= 8: start = time(at: value)
      case 3 where option.value.count >= 8: end = time(at: value)
      case 4 where option.value.count >= 8:
        received = Int(clamping: order.uint64(bytes, at: value))
      case 5 where option.value.count >= 8, 7 where option.value.count >= 8:
        let drops = Int(clamping: order.uint64(bytes, at: value))
        let (sum, overflow) = (dropped ?? 0).addingReportingOverflow(drops)
        dropped = overflow ? .max : sum
      default: break
      }
    }
  }
}
