import Foundation
import Mobility

extension ConfigurationNode {
  /// The key of a mobility security association (RFC 4285 section 5): short ones can be guessed.
  private static let keyLengths = 16...256
  /// Below are reserved (RFC 4285 section 5).
  private static let lowestIndex = 256

  /// What a guest and its home agent share (RFC 4285).
  func securityAssociation() throws(ConfigurationError) -> SecurityAssociation {
    let section = try section(["spi", "key", "key-file", "maximum-skew"])
    let index = try section.required("spi").count(in: Self.lowestIndex...Int(UInt32.max))
    let key: [UInt8]
    switch (section["key"], section["key-file"]) {
    case (let inline?, nil): key = try inline.key(try inline.text("a key"))
    case (nil, let file?): key = try file.keyFromFile()
    default: throw wrong("expected either key or key-file")
    }
    let skew = try section["maximum-skew"]?.duration(
      "a time from 1ms to 1h, such as 7s", in: .milliseconds(1)...(.seconds(3600)))
    return SecurityAssociation(
      index: UInt32(index), key: key, maximumSkew: skew ?? .seconds(7))
  }

  /// Bytes in hexadecimal digits after `0x`, or the text's own. The key itself is never told.
  private func key(_ text: String) throws(ConfigurationError) -> [UInt8] {
    let bytes: [UInt8]
    if text.hasPrefix("0x") {
      let digits = Array(text.utf8.dropFirst(2))
      let pairs = stride(from: 0, to: digits.count, by: 2).map { place in
        digits[place..<min(place + 2, digits.count)]
      }
      let parsed = pairs.compactMap { pair in
        pair.count == 2 && !pair.contains(UInt8(ascii: "+"))
          ? UInt8(String(decoding: pair, as: UTF8.self), radix: 16) : nil
      }
      guard parsed.count == pairs.count else {
        throw wrong("found 0x and what are not pairs of hexadecimal digits, expected these")
      }
      bytes = parsed
    } else {
      bytes = Array(text.utf8)
    }
    guard Self.keyLengths.contains(bytes.count) else {
      throw wrong(
        "found a key of \(bytes.count) bytes, expected 16 to 256: make one with 'openssl rand -hex 20' "
          + "and write 0x before it")
    }
    return bytes
  }

  /// The file's first line, where nobody but its owner may read it. A relative path begins at the configuration's folder.
  private func keyFromFile() throws(ConfigurationError) -> [UInt8] {
    let name = try text("the path of a file")
    let folder = (path as NSString).deletingLastPathComponent
    let place = name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)"
    let content: FileContent
    do throws(FileContent.Failure) { content = try FileContent(of: place, capacity: 4096) } catch {
      throw wrong("cannot read \(place): \(error.reason)")
    }
    guard content.isPrivate else {
      throw wrong("\(place) holds a key that others may read: chmod go= '\(place)'")
    }
    return try key(content.text.trimmingCharacters(in: .newlines))
  }
}
