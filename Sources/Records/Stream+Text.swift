import Streams
import Wire

/// `[src]:sport>[dst]:dport`, IPv4 addresses without brackets.
extension StreamKey: RecordValue {
  init?(text: String) {
    let ends = text.split(separator: ">", omittingEmptySubsequences: false)
    guard ends.count == 2, let source = Self.end(ends[0]), let destination = Self.end(ends[1])
    else { return nil }
    self.init(
      source: source.address, sourcePort: source.port, destination: destination.address,
      destinationPort: destination.port)
  }

  func appendText(to line: inout [UInt8]) { append(to: &line) }

  private static func end(_ text: Substring) -> (address: IPAddress, port: UInt16)? {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(String(host)), address.isIPv4 == (host == text[..<colon]) else {
      return nil
    }
    return (address, port)
  }
}

/// `outer-src>outer-dst` a level, joined by `/`, or `direct`.
extension Leg: RecordValue {
  init?(text: String) {
    self.init(levels: [])
    if text == Leg.direct.description { return }
    for level in text.split(separator: "/", omittingEmptySubsequences: false) {
      let ends = level.split(separator: ">", omittingEmptySubsequences: false)
      guard ends.count == 2, let source = IPAddress(String(ends[0])),
        let destination = IPAddress(String(ends[1]))
      else { return nil }
      levels.append(Level(source: source, destination: destination))
    }
  }

  func appendText(to line: inout [UInt8]) { append(to: &line) }
}
