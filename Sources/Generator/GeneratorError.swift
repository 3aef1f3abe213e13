/// Why nothing can be sent or received. Both programs word it the same way: see `message`.
package enum GeneratorError: Error, Equatable, Sendable {
  /// A text that is no `ADDRESS:PORT`.
  case noEndpoint(String)
  /// A text that is no address.
  case noAddress(String)
  /// A link-local address without its interface.
  case noScope(String)
  case noInterface(String)
  /// A figure of a configuration that cannot be.
  case outOfRange(name: String, value: String, allowed: String)
  /// A source of another IP version than the destination.
  case mixedVersions(source: String, destination: String)
  /// The kernel gave no socket.
  case cannotOpen(reason: String)
  case cannotBind(String, reason: String)
  case cannotReach(String, reason: String)
  case cannotSend(String, reason: String)
  /// Super-packets were demanded, and the kernel takes none for this destination.
  case cannotOffload(String, reason: String)
  case cannotReceive(String, reason: String)
  /// What was to be told could not be written.
  case cannotWrite(reason: String)

  /// One line: what was wrong with what, and how to mend it.
  package var message: String {
    switch self {
    case .noEndpoint(let text):
      "'\(text)' is no address with a port: write [2001:db8::1]:5004 or 192.0.2.1:5004"
    case .noAddress(let text):
      "'\(text)' is no IPv6 or IPv4 address: write 2001:db8::1 or 192.0.2.1"
    case .noScope(let text):
      "\(text) is link-local and needs its interface: write \(text)%eth0"
    case .noInterface(let name):
      "no interface \(name): 'ip link' lists those that there are"
    case .outOfRange(let name, let value, let allowed):
      "\(name) \(value) is out of range: \(allowed)"
    case .mixedVersions(let source, let destination):
      "source \(source) cannot send to \(destination): both must be IPv6, or both IPv4"
    case .cannotOpen(let reason):
      "cannot open a UDP socket: \(reason)"
    case .cannotBind(let endpoint, let reason):
      "cannot use \(endpoint) here: \(reason); choose an address and a free port of this host"
    case .cannotReach(let endpoint, let reason):
      "cannot send to \(endpoint): \(reason); 'ip route get' tells the way there"
    case .cannotSend(let endpoint, let reason):
      "cannot send to \(endpoint): \(reason); choose a smaller --size"
    case .cannotOffload(let endpoint, let reason):
      "cannot send super-packets to \(endpoint): \(reason); --offload auto does without where it must"
    case .cannotReceive(let endpoint, let reason):
      "cannot receive on \(endpoint): \(reason)"
    case .cannotWrite(let reason):
      "cannot write the figures: \(reason); send them elsewhere, or give --quiet"
    }
  }
}
