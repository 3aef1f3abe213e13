/// What the kernel sends back (netlink(7)).
enum NetlinkAnswer: Equatable {
  /// NLMSG_ERROR: 0, or an errno with the kernel's own words where it has any.
  case result(Int32, words: String?)
  /// NLMSG_DONE.
  case end
  case part(NetlinkMessage)

  private static let error: UInt16 = 2
  private static let done: UInt16 = 3
  /// NLM_F_ACK_TLVS: attributes follow the error.
  private static let hasAttributes: UInt16 = 0x200
  /// NLMSGERR_ATTR_MSG.
  private static let wordsAttribute: UInt16 = 1

  /// The answers in one datagram, with the numbers of the requests that they answer.
  static func parse(_ bytes: [UInt8]) -> [(sequence: UInt32, answer: NetlinkAnswer)] {
    var answers: [(UInt32, NetlinkAnswer)] = []
    var start = 0
    while start + NetlinkMessage.headerSize <= bytes.count {
      let length = Int(number(bytes, at: start, as: UInt32.self))
      guard length >= NetlinkMessage.headerSize, start + length <= bytes.count else { break }
      let type = number(bytes, at: start + 4, as: UInt16.self)
      let flags = number(bytes, at: start + 6, as: UInt16.self)
      let body = Array(bytes[start + NetlinkMessage.headerSize..<start + length])
      answers.append(
        (number(bytes, at: start + 8, as: UInt32.self), answer(type, flags, body)))
      start += (length + 3) & ~3
    }
    return answers
  }

  private static func answer(_ type: UInt16, _ flags: UInt16, _ body: [UInt8]) -> NetlinkAnswer {
    switch type {
    case error where body.count >= 20:
      // The header of the request comes back, not the request.
      let words = flags & hasAttributes != 0 ? words(body[20...]) : nil
      return .result(-Int32(bitPattern: number(body, at: 0, as: UInt32.self)), words: words)
    case done: return .end
    default:
      return .part(
        NetlinkMessage(type: type, flags: NetlinkMessage.Flags(rawValue: flags), body: body))
    }
  }

  private static func words(_ attributes: ArraySlice<UInt8>) -> String? {
    attribute(wordsAttribute, in: attributes).map { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// The payload of the first attribute of a type.
  static func attribute(_ wanted: UInt16, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var rest = bytes
    while rest.count >= 4 {
      let length = Int(number(rest, at: rest.startIndex, as: UInt16.self))
      guard length >= 4, length <= rest.count else { return nil }
      let payload = rest[rest.startIndex + 4..<rest.startIndex + length]
      if number(rest, at: rest.startIndex + 2, as: UInt16.self) & 0x3fff == wanted {
        return payload
      }
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return nil
  }

  /// The number in the order of the machine at an index.
  static func number<Value: FixedWidthInteger>(
    _ bytes: ArraySlice<UInt8>, at index: Int, as type: Value.Type
  ) -> Value {
    // Backwards: the machine has the lowest byte first.
    bytes[index..<index + Value.bitWidth / 8].reversed().reduce(0) { $0 << 8 | Value($1) }
  }

  private static func number<Value: FixedWidthInteger>(
    _ bytes: [UInt8], at index: Int, as type: Value.Type
  ) -> Value {
    number(bytes[...], at: index, as: type)
  }
}
