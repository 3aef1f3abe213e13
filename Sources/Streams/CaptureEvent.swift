package import Wire

/// A dated change of whether a point's capture sees what passes.
package struct CaptureEvent: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// The last moment at which it surely saw everything, and why it sees nothing from then on.
    case ended(reason: String)
    /// It sees again.
    case resumed
  }

  package var time: Timestamp
  package var kind: Kind

  package init(time: Timestamp, kind: Kind) {
    self.time = time
    self.kind = kind
  }
}
