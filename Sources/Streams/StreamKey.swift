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

  package static func < (left: StreamKey, right: StreamKey) -> Bool {
    if left.source != right.source { return left.source < right.source }
    if left.sourcePort != right.sourcePort { return left.sourcePort < right.sourcePort }
    if left.destination != right.destination { return left.destination < right.destination }
    return left.destinationPort < right.destinationPort
  }
}

/// The text form `[src]:sport>[dst]:dport`, IPv4 addresses without brackets.
extension StreamKey: CustomStringConvertible {
  package var description: String {
    Self.end(source, sourcePort) + ">" + Self.end(destination, destinationPort)
  }

  private static func end(_ address: IPAddress, _ port: UInt16) -> String {
    address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }
}
