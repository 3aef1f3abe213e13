import Wire

/// A dated change of one flow of a table.
struct FlowEvent: BitwiseCopyable, Sendable {
  enum Kind: BitwiseCopyable, Sendable {
    case appeared
    case left
    /// In nanoseconds, and the numbers missing over it where they are known.
    case gap(Int64, missing: Int?)
  }

  var time: Int64
  /// Its slot.
  var flow: UInt32
  var kind: Kind

  init(time: Timestamp, flow: Int, kind: Kind) {
    self.time = time.nanoseconds
    self.flow = UInt32(truncatingIfNeeded: flow)
    self.kind = kind
  }
}

extension StreamEvent.Kind {
  init(_ kind: FlowEvent.Kind) {
    self =
      switch kind {
      case .appeared: .appeared
      case .left: .left
      case .gap(let silence, let missing): .gap(.nanoseconds(silence), missing: missing)
      }
  }
}
