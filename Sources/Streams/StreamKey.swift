package import Wire

/// A stream: a unidirectional innermost UDP 5-tuple. Tunnel headers are never part of it.
package struct StreamKey: Hashable, Comparable, Sendable {
  package var source: IPAddress
  package var sourcePort: UInt16
  package var destination: IPAddress
  package var destinationPort: UInt16

  package init(
    source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16
  ) {
    self.source = source
    self.sourcePort = sourcePort
    self.destination = destination
    self.destinationPort = destinationPort
  }

  /// The stream between the same ends that goes the other way.
  package var reversed: StreamKey {
    StreamKey(
      source: destination, sourcePort: destinationPort, destination: source,
      destinationPort: sourcePort)
  }

  /// Field by field, the ports and the ends of the addresses first: these are what differs.
  package static func == (left: StreamKey, right: StreamKey) -> Bool {
    left.sourcePort == right.sourcePort && left.destinationPort == right.destinationPort
      && left.source.low == right.source.low && left.destination.low == right.destination.low
      && left.source.high == right.source.high && left.destination.high == right.destination.high
      && left.source.isIPv4 == right.source.isIPv4
      && left.destination.isIPv4 == right.destination.isIPv4
  }

  package static func < (left: StreamKey, right: StreamKey) -> Bool {
    if left.source != right.source { return left.source < right.source }
    if left.sourcePort != right.sourcePort { return left.sourcePort < right.sourcePort }
    if left.destination != right.destination { return left.destination < right.destination }
    return left.destinationPort < right.destinationPort
  }
}

/// The text form `[src]:sport>[dst]:dport`, IPv4 addresses without brackets.
extension StreamKey: CustomStringConvertible {
  package var description: String { String(append(to:)) }

  /// Appends the text form.
  package func append(to text: inout [UInt8]) {
    Self.append(source, sourcePort, to: &text)
    text.append(ascii: ">")
    Self.append(destination, destinationPort, to: &text)
  }

  private static func append(_ address: IPAddress, _ port: UInt16, to text: inout [UInt8]) {
    if !address.isIPv4 { text.append(ascii: "[") }
    address.append(to: &text)
    if !address.isIPv4 { text.append(ascii: "]") }
    text.append(ascii: ":")
    text.append(decimal: UInt64(port))
  }
}
