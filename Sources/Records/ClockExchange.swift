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
