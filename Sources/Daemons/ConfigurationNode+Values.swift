import Mobility
import Router
import Wire

/// The values that both configurations have.
extension ConfigurationNode {
  /// An address that a tunnel or a binding may have (RFC 4291 section 2.4).
  func address() throws(ConfigurationError) -> IPAddress {
    try value("an IPv6 global unicast address, such as 2001:db8::1") { text in
      IPAddress(text).flatMap { $0.isGlobalUnicast ? $0 : nil }
    }
  }

  /// A Mobile Network Prefix (RFC 3963 section 4.3).
  func prefix() throws(ConfigurationError) -> BindingMessage.Prefix {
    let expectation = "an IPv6 prefix with nothing set behind its length, such as 2001:db8:42::/64"
    return try value(expectation) { text in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let address = IPAddress(String(parts[0])),
        parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = UInt8(parts[1])
      else { return nil }
      let prefix = BindingMessage.Prefix(address: address, length: length)
      return prefix.isValid ? prefix : nil
    }
  }

  /// The name of an interface: what the kernel takes (dev_valid_name), without the letters that a shell would not.
  func interface() throws(ConfigurationError) -> String {
    try value("the name of an interface, of 1 to 15 letters, digits and . _ - @") { text in
      let isName = text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x40, 0x5f: true
        default: false
        }
      }
      return isName && (1...15).contains(text.utf8.count) && text != "." && text != ".."
        ? text : nil
    }
  }

  /// Nil for what the kernel has.
  func tunnelKind() throws(ConfigurationError) -> TunnelKind? {
    try value("auto, ip6tnl or seg6") { text -> TunnelKind?? in
      text == "auto" ? .some(nil) : TunnelKind(rawValue: text).map { .some($0) }
    }
  }

  func flag() throws(ConfigurationError) -> Bool {
    try value("true or false") { $0 == "true" ? true : $0 == "false" ? false : nil }
  }

  func count(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    try value("a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Quantity.count(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func duration(
    _ what: String, in range: ClosedRange<Duration>
  ) throws(ConfigurationError) -> Duration {
    try value(what) { text in
      Quantity.duration(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// What the lifetime field holds (RFC 6275 section 6.1.7): units of 4 s, 16 bits of them.
  func lifetime() throws(ConfigurationError) -> Duration {
    let range = Duration.seconds(4)...(.seconds(262_140))
    return try value("a multiple of 4s from 4s to 262140s, such as 60s") { text in
      guard let duration = Quantity.duration(text), range.contains(duration),
        duration.wholeNanoseconds % 4_000_000_000 == 0
      else { return nil }
      return duration
    }
  }
}
