package import Wire

/// What a mobile router and its home agent share to protect their messages (RFC 4285). RFC 6275 asks for
/// IPsec; this stands in for it where the kernel has none.
package struct SecurityAssociation: Sendable, Hashable {
  /// The mobility SPI, which names it in a message.
  package var index: UInt32
  package var key: [UInt8]
  /// How far a message's timestamp may be from the receiver's clock.
  package var maximumSkew: Duration

  package init(index: UInt32, key: [UInt8], maximumSkew: Duration = .seconds(7)) {
    self.index = index
    self.key = key
    self.maximumSkew = maximumSkew
  }

  /// The message with its authentication option (sections 5 and 5.1).
  package func sign(_ message: BindingMessage) -> BindingMessage {
    var message = message
    message.authentication = BindingMessage.Authentication(index: index)
    if let code = code(of: message) { message.authentication?.authenticator = code }
    return message
  }

  /// Whether the message was made by one who knows the key.
  package func verifies(_ message: BindingMessage) -> Bool {
    guard let authentication = message.authentication, authentication.subtype == 1,
      authentication.index == index, let code = code(of: message),
      authentication.authenticator.count == code.count
    else { return false }
    // All bytes are looked at, so that the time taken tells nothing of them.
    return zip(code, authentication.authenticator).reduce(0) { $0 | $1.0 ^ $1.1 } == 0
  }

  /// First(96, HMAC-SHA1(key, Mobility Data)).
  private func code(of message: BindingMessage) -> [UInt8]? {
    message.authenticatedData.map {
      Array(
        SHA1.authenticationCode(of: $0, key: key).prefix(BindingMessage.Authentication.length))
    }
  }
}

/// Timestamps in the format of NTP (RFC 5905 section 6), which replay protection compares.
enum NetworkTime {
  /// From 1900 to 1970.
  private static let epoch: Int64 = 2_208_988_800

  static func identifier(at time: Timestamp) -> UInt64 {
    let (seconds, fraction) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let whole = fraction < 0 ? seconds - 1 : seconds
    let rest = UInt64(fraction < 0 ? fraction + 1_000_000_000 : fraction)
    return UInt64(truncatingIfNeeded: whole + epoch) << 32 | (rest << 32) / 1_000_000_000
  }

  /// From one to another, which is less than 68 years away.
  static func nanoseconds(from earlier: UInt64, to later: UInt64) -> Int64 {
    let difference = Int64(bitPattern: later &- earlier)
    return (difference >> 32) * 1_000_000_000 + ((difference & 0xffff_ffff) * 1_000_000_000) >> 32
  }
}
