package import Streams
package import Wire

/// A dated event, at one point or of all.
package struct Mark: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case appeared
    case left
    case moved
    /// The stream is sent on, and heard at no point beyond the guest and its server's own interface.
    case cut
    case restored
    /// The stream goes on under another address.
    case renamed
    case bindingUpdate = "binding-update"
    case bindingAcknowledgement = "binding-ack"
    case announce
    case gap
    case blind
    case clock
    case user
  }

  /// A value in the mark's detail.
  package enum Value: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case list([Value])
    case null
  }

  package var time: Timestamp
  /// The point's name; nil for a mark of all points.
  package var point: String?
  package var kind: Kind
  package var stream: StreamKey?
  package var leg: Leg?
  /// What else is known, by name, in a fixed order.
  package var detail: [(name: String, value: Value)]

  package init(
    time: Timestamp, point: String? = nil, kind: Kind, stream: StreamKey? = nil, leg: Leg? = nil,
    detail: [(name: String, value: Value)] = []
  ) {
    self.time = time
    self.point = point
    self.kind = kind
    self.stream = stream
    self.leg = leg
    self.detail = detail
  }

  package static func == (left: Mark, right: Mark) -> Bool {
    left.time == right.time && left.point == right.point && left.kind == right.kind
      && left.stream == right.stream && left.leg == right.leg
      && left.detail.elementsEqual(right.detail) { $0.name == $1.name && $0.value == $1.value }
  }
}
