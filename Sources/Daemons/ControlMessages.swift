import Foundation

/// What is asked of a daemon on its control socket: one line of JSON.
package struct ControlRequest: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable { case status, arrive, leave }

  package var request: Kind
  package var homeAddress: String?
  /// The guest by its hardware address, where it is not named by its home address.
  package var hardwareAddress: String?
  /// Whether the guest left for good: its binding is given back (RFC 6275 section 11.7.1).
  package var forGood: Bool?

  package init(
    _ request: Kind, homeAddress: String? = nil, hardwareAddress: String? = nil,
    forGood: Bool? = nil
  ) {
    self.request = request
    self.homeAddress = homeAddress
    self.hardwareAddress = hardwareAddress
    self.forGood = forGood
  }
}

/// What comes back, in one line of JSON too.
package struct ControlAnswer: Codable, Sendable, Hashable {
  /// Why it was not done; nil where it was.
  package var error: String?
  package var status: DaemonStatus?

  package init(error: String? = nil, status: DaemonStatus? = nil) {
    self.error = error
    self.status = status
  }
}

/// How it stands with a daemon.
package struct DaemonStatus: Codable, Sendable, Hashable {
  package struct Guest: Codable, Sendable, Hashable {
    package var homeAddress: String
    /// Of a mobile router `away`, `registering`, `registered`, `rejected` or `deregistering`; of a home agent `bound`.
    package var state: String
    package var careOfAddress: String?
    package var prefixes: [String]?
    package var sequence: UInt16?
    /// In seconds, until the binding ends.
    package var remaining: Double?
    /// The status by which the home agent rejected it.
    package var status: UInt8?
    package var heldPackets: Int?
    package var heldDropped: Int?
  }

  package var daemon: String
  package var address: String
  package var homeAgent: String?
  /// By what packets are wrapped: `ip6tnl` or `seg6`.
  package var tunnel: String
  /// How many guests it is configured for.
  package var guestCount: Int
  /// Those that are bound, of a home agent; all, of a mobile router.
  package var guests: [Guest]
  package var logDropped: Int
}

enum ControlCoding {
  static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return ((try? encoder.encode(value)).map { Array($0) } ?? []) + [UInt8(ascii: "\n")]
  }

  static func decode<Value: Decodable>(_ type: Value.Type, _ line: [UInt8]) -> Value? {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try? decoder.decode(type, from: Data(line))
  }
}

extension DaemonStatus {
  /// One line of JSON.
  package var json: String { String(decoding: ControlCoding.encode(self), as: UTF8.self) }

  /// A line for the daemon, and one for each guest.
  package var text: String {
    let place = homeAgent.map { "\(address) > \($0)" } ?? address
    let count = "\(guestCount) \(guestCount == 1 ? "guest" : "guests")"
    var lines = [
      "\(daemon) \(place), \(count)" + (homeAgent == nil ? ", \(guests.count) bound" : "")
        + ", tunnels by \(tunnel)"
    ]
    for guest in guests {
      var line = "\(guest.homeAddress)  \(guest.state)"
      if let careOf = guest.careOfAddress { line += "  at \(careOf)" }
      if let remaining = guest.remaining { line += "  for \(Int(remaining)) s" }
      if let sequence = guest.sequence { line += "  sequence \(sequence)" }
      if let status = guest.status { line += "  status \(status)" }
      if let held = guest.heldPackets {
        line += "  held \(held), dropped \(guest.heldDropped ?? 0)"
      }
      lines.append(line)
    }
    if logDropped > 0 { lines.append("log records dropped: \(logDropped)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
