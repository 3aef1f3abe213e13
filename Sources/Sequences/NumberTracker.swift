/// Follows the numbers of one stream at one point: what is lost, what came twice, what came late.
///
/// Within stays, expected is the span of the extended numbers, received the count of distinct
/// numbers, and lost is expected − received: duplicates are never netted against loss. Numbers that
/// are shorter than 64 bits are extended as RFC 3550 appendix A.1 does it; a large jump that two
/// consecutive packets confirm is a restarted sender. Reordered is a first copy below the next
/// expected number (RFC 4737 section 3.3).
package struct NumberTracker: Sendable {
  /// How many bits a number has on the wire.
  package enum Width: Sendable {
    case bits16
    case bits32
    case bits64

    var bitCount: Int64 {
      switch self {
      case .bits16: 16
      case .bits32: 32
      case .bits64: 64
      }
    }

    /// This many numbers ahead or more is a jump, which must be confirmed. RFC 3550 A.1 has 3000
    /// for 16 bits; 32 bits leave room for the loss of many seconds.
    var maximumDropout: Int64 { self == .bits16 ? 3000 : 1 << 24 }

    /// Less than this many numbers behind is late rather than a jump. RFC 3550 A.1 has 100 for 16
    /// bits; with 32 bits, streams of a million packets a second have a few milliseconds.
    var maximumMisorder: Int64 { self == .bits16 ? 100 : 3000 }
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
    /// How many numbers were jumped is not known: the absence was so long that more than one cycle
    /// fits. Late ones of them change no figure.
    package var isUnknownJump = false
    /// A first copy below the next expected number (RFC 4737 section 3.3).
    package var isReordered = false
    /// The sender was restarted: everything before belongs to an epoch of its own.
    package var isRestart = false
    /// The unconfirmed number that the restart confirmed.
    package var confirmed: Int64?
  }

  private let width: Width
  private var missing = MissingNumbers()
  /// The lowest number so far; meaningless before the first.
  package private(set) var lowest: Int64 = 0
  /// The highest extended number so far; nil before the first.
  package private(set) var highest: Int64?
  /// The raw number that would confirm a restart.
  private var awaited: UInt64?

  package init(width: Width) {
    self.width = width
  }

  /// Goes on from a state in which no number from the lowest to the highest is missing.
  package init(width: Width, lowest: Int64, highest: Int64) {
    self.width = width
    self.lowest = lowest
    self.highest = highest
  }

  /// Whether numbers may still come late, so that the next one is not all that there is to know.
  package var hasMissing: Bool { !missing.isEmpty }

  /// Whether a large jump awaits its confirmation.
  package var isAwaiting: Bool { awaited != nil }

  /// Takes so many numbers at once that each followed the one before.
  package mutating func advance(to number: Int64) {
    highest = number
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
    guard width != .bits64 else {
      return place(Int64(clamping: raw), above: highest, jump: jump)
    }
    if let expected {
      awaited = nil
      let isUnknown = expected &- highest > 1 << (width.bitCount - 1)
      return place(
        nearest(raw, to: max(expected, highest)), above: highest,
        jump: isUnknown ? .isUnknown : jump)
    }
    let number = nearest(raw, to: highest)
    let ahead = number - highest
    guard ahead < width.maximumDropout, ahead > -width.maximumMisorder else {
      return jumped(to: raw)
    }
    awaited = nil
    return place(number, above: highest, jump: jump)
  }

  /// How a jump ahead counts.
  package enum Jump: Sendable {
    case isLoss
    case isSkip
    /// By a count of numbers that cannot be told.
    case isUnknown
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
      awaited = (raw &+ 1) & mask
      return Outcome(number: nil, isNew: false)
    }
    restart()
    let before = Int64((raw &- 1) & mask)
    _ = start(at: UInt64(before))
    highest = before + 1
    return Outcome(number: before + 1, isRestart: true, confirmed: before)
  }

  /// The bits of a number that is shorter than 64 bits.
  private var mask: UInt64 { 1 << UInt64(width.bitCount) &- 1 }

  private mutating func place(_ number: Int64, above top: Int64, jump: Jump) -> Outcome {
    if number > top {
      highest = number
      let count = Int(number - top - 1)
      guard count > 0 else { return Outcome(number: number) }
      switch jump {
      case .isLoss:
        missing.append(top + 1...number - 1, reason: .lost)
        return Outcome(number: number, lost: count)
      case .isSkip:
        missing.append(top + 1...number - 1, reason: .skipped)
        return Outcome(number: number, skipped: count)
      case .isUnknown:
        missing.append(top + 1...number - 1, reason: .unknown)
        return Outcome(number: number, isUnknownJump: true)
      }
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
    case .unknown: return Outcome(number: number, isReordered: true)
    case nil: return Outcome(number: number, isNew: false)
    }
  }

  /// The extended number nearest to `expected` whose last bits are `raw`.
  private func nearest(_ raw: UInt64, to expected: Int64) -> Int64 {
    let difference = Int64(truncatingIfNeeded: raw) &- expected
    let unused = 64 - width.bitCount
    return expected + (difference << unused) >> unused
  }
}
