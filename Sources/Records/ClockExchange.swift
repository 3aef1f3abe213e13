package import Wire

/// Asks a program that writes records what its clock shows: a line on its standard input.
package struct ClockRequest: Sendable, Equatable {
  /// By the clock of who asks.
  package var sent: Timestamp

  package init(sent: Timestamp) {
    self.sent = sent
  }

  /// The request in a line, without its end; nil where there is none.
  package init?(line: [UInt8]) {
    guard let members = JSONValue.members(of: line),
      members.first(where: { $0.name == "record" })?.value == .string(Schema.requests.kind),
      let request = try? Schema.requests.row(members: members)
    else { return nil }
    self = request
  }

  package var json: String { Schema.requests.json(self) }
}

/// Finds the requests in text that comes in pieces; what else is in it is passed over.
package struct RequestLines: Sendable {
  /// A longer line is no request.
  private static let longestLine = 1024

  private var partial: [UInt8] = []

  package init() {}

  /// Takes the next bytes, and gives the requests whose lines end in them.
  package mutating func take(_ bytes: [UInt8]) -> [ClockRequest] {
    var requests: [ClockRequest] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        if let request = ClockRequest(line: partial) { requests.append(request) }
        partial.removeAll(keepingCapacity: true)
      } else if partial.count <= Self.longestLine {
        partial.append(byte)
      }
    }
    return requests
  }
}

/// The answer, in its place among the records: what they tell up to `upTo` stands before it.
package struct ClockAnswer: Sendable, Equatable {
  /// When the request was sent, by the clock of who asked.
  package var request: Timestamp
  /// When it came, and when the answer was sent, by the clock of who answers.
  package var received: Timestamp
  package var sent: Timestamp
  /// Everything before this moment has been written; nil as long as nothing has.
  package var upTo: Timestamp?
  /// Of the host that answers.
  package var bootIdentifier: String?

  package init(
    request: Timestamp, received: Timestamp, sent: Timestamp, upTo: Timestamp? = nil,
    bootIdentifier: String? = nil
  ) {
    self.request = request
    self.received = received
    self.sent = sent
    self.upTo = upTo
    self.bootIdentifier = bootIdentifier
  }
}
