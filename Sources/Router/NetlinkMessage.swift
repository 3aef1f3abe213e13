import Wire

/// Attributes of a netlink message (netlink(7)): each a length and a type of two bytes, in the order of
/// the machine, and a payload, filled up to four bytes.
struct NetlinkAttributes: Equatable {
  /// NLA_F_NESTED.
  private static let nested: UInt16 = 0x8000

  private(set) var bytes: [UInt8] = []

  mutating func append(_ type: UInt16, _ payload: [UInt8]) {
    bytes += native(UInt16(4 + payload.count)) + native(type) + payload
    bytes += repeatElement(0, count: -payload.count & 3)
  }

  mutating func append(_ type: UInt16, _ number: UInt32) { append(type, native(number)) }

  /// A text with the zero that ends it.
  mutating func append(_ type: UInt16, text: String) { append(type, Array(text.utf8) + [0]) }

  mutating func append(_ type: UInt16, _ address: IPAddress) {
    var payload: [UInt8] = []
    payload.append(address)
    append(type, payload)
  }

  mutating func append(_ type: UInt16, nesting fill: (inout NetlinkAttributes) -> Void) {
    var inner = NetlinkAttributes()
    fill(&inner)
    append(type | Self.nested, inner.bytes)
  }
}

/// The bytes of a number in the order of the machines that this is for, the lowest first.
func native(_ value: some FixedWidthInteger) -> [UInt8] {
  (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

/// A request to the kernel, or a part of its answer.
struct NetlinkMessage: Equatable {
  /// Flags of a request.
  struct Flags: OptionSet {
    let rawValue: UInt16

    static let request = Flags(rawValue: 0x001)
    static let acknowledge = Flags(rawValue: 0x004)
    static let dump = Flags(rawValue: 0x300)
    static let replace = Flags(rawValue: 0x100)
    static let exclusive = Flags(rawValue: 0x200)
    static let create = Flags(rawValue: 0x400)
  }

  static let headerSize = 16

  var type: UInt16
  var flags: Flags
  /// What stands behind the header: that of the family, then attributes.
  var body: [UInt8]

  /// The message with its header: length, type, flags, sequence number, port.
  func serialized(sequence: UInt32) -> [UInt8] {
    let length = UInt32(Self.headerSize + body.count)
    return native(length) + native(type) + native(flags.rawValue) + native(sequence)
      + native(UInt32(0)) + body
  }
}
