/// A place where packets are seen. Servers are named by their index.
enum Place: Hashable {
  case guest
  case external(Int)
  case access(Int)
  case anchor
  case correspondent

  /// All of them, in the order of `Scenario.pointNames`.
  static func all(of scenario: Scenario) -> [Place] {
    [.guest] + scenario.servers.indices.flatMap { [.external($0), .access($0)] }
      + [.anchor, .correspondent]
  }
}

/// One packet that passed one point: all that is needed to make its frame.
struct Sighting: Comparable, Sendable {
  /// Forms of a packet beside the tunnels, which are the indices of their servers.
  static let update: Int16 = -2
  static let acknowledgement: Int16 = -1
  static let direct = Int16.max

  /// Nanoseconds since the scenario's start, by a true clock.
  var time: Int64
  var form: Int16
  var stream: Int16
  /// A packet's number, counted from its stream's first; of signalling the registration.
  var index: Int32

  var isSignalling: Bool { form < 0 }

  /// By time; at one time signalling comes first, and into the tunnel's end before out of it.
  static func < (left: Sighting, right: Sighting) -> Bool {
    (left.time, left.form, left.stream, left.index)
      < (right.time, right.form, right.stream, right.index)
  }
}
