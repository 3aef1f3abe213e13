/// An interface as a pcapng file describes it (draft-ietf-opsawg-pcapng section 4.2).
package struct PcapngInterface: Sendable {
  /// How many nanoseconds a unit of the interface's times is.
  private enum Resolution {
    /// A unit is 10⁻⁹ s or a multiple of that.
    case multiple(UInt64)
    /// A unit is 1/`divisor` ns.
    case fraction(UInt64)
    /// A unit is 2⁻ⁿ s.
    case power(Int)
  }

  package let linkNumber: Int
  package let linkType: LinkType?
  /// 0: no limit.
  package let snapshotLength: Int
  /// What its statistics last said that it and the system dropped.
  var statedDrops: UInt64 = 0
  private var resolution = Resolution.multiple(1000)
  private var offset = Duration.zero

  /// - Parameter body: A block's body of 8 bytes at the least.
  ///
  /// ```
  ///  0                   1                   2                   3
  ///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |           link type           |           reserved            |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                            snaplen                            |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                            options …                          |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  init(parsing bytes: RawSpan, body: Range<Int>, order: PcapByteOrder) {
    linkNumber = Int(order.uint16(bytes, at: body.lowerBound))
    linkType = LinkType(linkNumber: linkNumber)
    snapshotLength = order.count(bytes, at: body.lowerBound + 4)
    var options = PcapngOptions(body.lowerBound + 8..<body.upperBound, order: order)
    while let option = options.next(in: bytes) {
      switch option.code {
      case 9 where option.value.count >= 1:
        resolution = Self.resolution(bytes.uint8(at: option.value.lowerBound))
      case 14 where option.value.count >= 8:
        let seconds = Int64(bitPattern: order.uint64(bytes, at: option.value.lowerBound))
        offset = .nanoseconds(Timestamp(seconds: seconds, nanoseconds: 0).nanoseconds)
      default: break
      }
    }
  }

  /// `if_tsresol`: the highest bit chooses between negative powers of 10 and of 2.
  private static func resolution(_ octet: UInt8) -> Resolution {
    let exponent = Int(octet & 0x7f)
    if octet & 0x80 != 0 { return .power(exponent) }
    var factor: UInt64 = 1
    for _ in 0..<abs(exponent - 9) {
      let (product, overflow) = factor.multipliedReportingOverflow(by: 10)
      factor = overflow ? .max : product
    }
    return exponent <= 9 ? .multiple(factor) : .fraction(factor)
  }

  /// The moment that a number of the interface's units names, clamped to what 64 bits of nanoseconds
  /// hold.
  func time(_ units: UInt64) -> Timestamp {
    let nanoseconds: Int64
    switch resolution {
    case .multiple(let factor):
      let (product, overflow) = units.multipliedReportingOverflow(by: factor)
      nanoseconds = overflow ? .max : Int64(clamping: product)
    case .fraction(let divisor):
      nanoseconds = Int64(clamping: units / divisor)
    case .power(let exponent):
      nanoseconds = Int64(clamping: (UInt128(units) * 1_000_000_000) >> UInt128(exponent))
    }
    let time = Timestamp(nanoseconds: nanoseconds)
    return offset == .zero ? time : time + offset
  }
}

/// The words in which a pcapng file describes an interface; nil where it does not.
package struct PcapngDescription: Sendable {
  package private(set) var name: String?
  package private(set) var description: String?
  package private(set) var comment: String?

  init(parsing bytes: RawSpan, body: Range<Int>, order: PcapByteOrder) {
    var options = PcapngOptions(body.lowerBound + 8..<body.upperBound, order: order)
    while let option = options.next(in: bytes) {
      switch option.code {
      case PcapngOptions.comment: comment = bytes.text(option.value)
      case 2: name = bytes.text(option.value)
      case 3: description = bytes.text(option.value)
      default: break
      }
    }
  }
}

/// Walks the options at a pcapng block's end (section 3.5).
///
/// ```
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |             code              |            length             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                  value, padded to 32 bits …                   |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
struct PcapngOptions: Sendable {
  /// `opt_comment`, which every block may have.
  static let comment: UInt16 = 1

  private var offset: Int
  private let end: Int
  private let order: PcapByteOrder

  init(_ range: Range<Int>, order: PcapByteOrder) {
    offset = range.lowerBound
    end = range.upperBound
    self.order = order
  }

  /// The next option; nil at their end, and where one does not fit.
  mutating func next(in bytes: RawSpan) -> (code: UInt16, value: Range<Int>)? {
    guard end - offset >= 4 else { return nil }
    let code = order.uint16(bytes, at: offset)
    let length = Int(order.uint16(bytes, at: offset + 2))
    let start = offset + 4
    guard code != 0, length <= end - start else { return nil }
    offset = start + (length + 3) & ~3
    return (code, start..<start + length)
  }
}

extension RawSpan {
  /// The UTF-8 text in a range.
  func text(_ range: Range<Int>) -> String {
    String(decoding: range.map { uint8(at: $0) }, as: UTF8.self)
  }
}
