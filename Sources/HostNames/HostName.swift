import Wire

/// A name that can stand in the place of an address: nobody takes it for one, and no terminal obeys
/// it. Whoever runs the DNS of an address can give it any name.
package struct HostName: Equatable, Sendable {
  package let text: String

  /// Bytes that a name has at the most (RFC 1035 section 2.3.4).
  private static let longest = 253

  /// Nil for what is no such name. The dot of the root at its end is left out.
  package init?(_ text: String) {
    let text = text.hasSuffix(".") ? String(text.dropLast()) : text
    guard 1...Self.longest ~= text.utf8.count, IPAddress(text) == nil,
      text.unicodeScalars.allSatisfy({ scalar in
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-_.".unicodeScalars.contains(scalar)
      })
    else { return nil }
    self.text = text
  }
}
