/// Follows the numbers of one stream at one point: what is lost, what came twice, what came late.
///
/// Within stays, expected is the span of the extended numbers, received the count of distinct
/// numbers, and lost is expected − received: duplicates are never netted against loss. Numbers that
/// are shorter than 64 bits are extended as RFC 3550 appendix A.1 does it; a large jump that two
/// consecutive packets confirm is a restarted sender.
package struct NumberTracker: Sendable {
  /// How many bits a number has on the wire.
  package enum Width: Sendable {
    case bits16
    case bits64
  }

  /// What one number changed.
  package struct Outcome: Sendable, Equatable {
    /// The extended number; nil while a large jump awaits its confirmation.
    package var number: Int64?
    /// Whether this is the first copy of the number.
    package var isNew = true
    /// The change of expected − received within stays.
    package var lost = 0
    /// The change of the numbers jumped between two stays.
    package var skipped = 0
    /// A first copy below the next expected number (RFC 4737 section 3.3).
    package var isReordered = false
    /// The sender was restarted: everything before belongs to an epoch of its own.
    package var isRestart = false
    /// The unconfirmed number that the restart confirmed.
    package var confirmed: Int64?
  }

  /// RFC 3550 A.1: a jump ahead of this many numbers or more is suspicious.
  static let maximumDropout = 3000
  /// RFC 3550 A.1: this far behind a number is late rather than a jump.
  static let maximumMisorder = 100

  private let width: Width
  private var missing = MissingNumbers()
  private var lowest: Int64 = 0
  /// The highest extended number so far; nil before the first.
  package private(set) var highest: Int64?
  /// The raw number that would confirm a restart.
  private var awaited: UInt64?

  package init(width: Width) {
    self.width = width
  }

  /// Takes the next number as it stood on the wire.
  ///
  /// - Parameters:
  ///   - raw: the number, of the tracker's width.
  ///   - jump: how a jump ahead counts: within a stay it is loss; at the begin of a stay it may be
  ///     numbers that went elsewhere.
  ///   - expected: where a stay begins, the extended number that time and rate foretell.
  package mutating func take(
    _ raw: UInt64, jump: Jump = .isLoss, expected: Int64? = nil
  ) -> Outcome {
    guard let highest else { return start(at: raw) }
    let number: Int64
    switch width {
    case .bits64:
      number = Int64(clamping: raw)
    case .bits16:
      if let expected {
        number = Self.nearest(raw, to: max(expected, highest))
        awaited = nil
      } else {
        let ahead = Int(UInt16(truncatingIfNeeded: raw) &- UInt16(truncatingIfNeeded: highest))
        if ahead < Self.maximumDropout {
          number = highest + Int64(ahead)
        } else if ahead <= 65_536 - Self.maximumMisorder {
          return jumped(to: raw)
        } else {
          number = highest + Int64(ahead) - 65_536
        }
        awaited = nil
      }
    }
    return place(number, above: highest, jump: jump)
  }

  /// How a jump ahead counts.
  package enum Jump: Sendable {
    case isLoss
    case isSkip
  }

  /// Forgets everything: the next number starts an epoch.
  package mutating func restart() {
    missing.removeAll()
    highest = nil
    awaited = nil
  }

  private mutating func start(at raw: UInt64) -> Outcome {
    let number = Int64(clamping: raw)
    lowest = number
    highest = number
    return Outcome(number: number)
  }

  private mutating func jumped(to raw: UInt64) -> Outcome {
    guard raw == awaited else {
      awaited = UInt64(UInt16(truncatingIfNeeded: raw) &+ 1)
      return Outcome(number: nil, isNew: false)
    }
    restart()
    let before = Int64(UInt16(truncatingIfNeeded: raw) &- 1)
    _ = start(at: UInt64(before))
    highest = before + 1
    return Outcome(number: before + 1, isRestart: true, confirmed: before)
  }

  private mutating func place(_ number: Int64, above top: Int64, jump: Jump) -> Outcome {
    if number > top {
      highest = number
      let count = Int(number - top - 1)
      guard count > 0 else { return Outcome(number: number) }
      missing.append(top + 1...number - 1, reason: jump == .isLoss ? .lost : .skipped)
      return jump == .isLoss
        ? Outcome(number: number, lost: count) : Outcome(number: number, skipped: count)
    }
    if number < lowest {
      let count = Int(lowest - number - 1)
      if count > 0 { missing.prepend(number + 1...lowest - 1, reason: .lost) }
      lowest = number
      return Outcome(number: number, lost: count, isReordered: true)
    }
    switch missing.remove(number) {
    case .lost: return Outcome(number: number, lost: -1, isReordered: true)
    case .skipped: return Outcome(number: number, skipped: -1, isReordered: true)
    case nil: return Outcome(number: number, isNew: false)
    }
  }

  /// The extended number nearest to `expected` whose last 16 bits are `raw`.
  package static func nearest(_ raw: UInt64, to expected: Int64) -> Int64 {
    let difference = Int16(
      truncatingIfNeeded: Int64(truncatingIfNeeded: raw) &- (expected & 0xffff))
    return expected + Int64(difference)
  }
}
