/// Follows the numbers of one stream at one point: what is lost, what came twice, what came late.
///
/// Within stays, expected is the span of the extended numbers, received the count of distinct
/// numbers, and lost is expected − received: duplicates are never netted against loss. Numbers that
/// are shorter than 64 bits are extended as RFC 3550 appendix A.1 does it. A number too far from where
/// the stream should be is held: if the next one follows it, the sender was restarted. Reordered is a
/// first copy below the next expected number (RFC 4737 section 3.3).
package struct NumberTracker: Sendable {
  /// What one number changed.
  package struct Outcome: Sendable, Equatable {
    /// The extended number; nil while a large jump awaits its confirmation.
    package var number: Int64?
    /// Whether this is the first copy of the number.
    package var isNew = true
    /// The change of expected − received within stays; nil where numbers were jumped over an absence
    /// so long that more than one cycle fits. Late ones of those change no figure.
    package var lost: Int? = 0
    /// The change of the numbers jumped between two stays; nil in the same way.
    package var skipped: Int? = 0
    /// Of a first copy below the next expected number (RFC 4737 section 3.3); nil for any other.
    package var lateness: Reordering.Lateness?
    /// The sender was restarted: everything before belongs to an epoch of its own.
    package var isRestart = false
    /// The unconfirmed number that the restart confirmed, and when it came, in nanoseconds.
    package var confirmed: Int64?
    package var confirmedTime: Int64 = 0

    package var isReordered: Bool { lateness != nil }
  }

  /// How a jump ahead counts.
  package enum Jump: Sendable {
    case isLoss
    case isSkip
  }

  /// What the first packet after an absence was told, until a number is placed by it.
  private struct Return {
    var jump: Jump
    var expected: Int64?
  }

  private let width: Width
  private var missing = MissingNumbers()
  /// The lowest number so far; meaningless before the first.
  package private(set) var lowest: Int64 = 0
  /// The highest extended number so far; nil before the first.
  package private(set) var highest: Int64?
  /// First copies so far; those since the first number whenever one below it may come.
  private var arrivals: Int64 = 0
  /// The raw number that would confirm a restart.
  private var awaited: UInt64?
  /// When the number before it came.
  private var awaitedTime: Int64 = 0
  private var pending: Return?

  package init(width: Width) {
    self.width = width
  }

  /// Goes on from a state in which nothing was lost, and no number that may still come is missing.
  package init(width: Width, lowest: Int64, highest: Int64) {
    self.width = width
    self.lowest = lowest
    self.highest = highest
    let (span, overflow) = highest.subtractingReportingOverflow(lowest)
    arrivals = overflow ? 0 : span &+ 1
  }

  /// Whether a next number in order is not all that there is to know: something was lost, or numbers
  /// may still come late.
  package var hasMissing: Bool {
    highest.map { !missing.isEmpty(from: $0 &- width.maximumMisorder &+ 1) } ?? false
  }

  /// How many holes are kept.
  var holeCount: Int { missing.count }

  /// Whether a large jump awaits its confirmation.
  package var isAwaiting: Bool { awaited != nil }

  /// Takes so many numbers at once that each followed the one before.
  package mutating func advance(to number: Int64) {
    arrivals &+= number &- (highest ?? number)
    highest = number
  }

  /// Takes the next number as it stood on the wire.
  ///
  /// - Parameters:
  ///   - raw: the number, of the tracker's width.
  ///   - time: when it came, in nanoseconds.
  ///   - jump: how a jump ahead counts: within a stay it is loss; at the begin of a stay it may be
  ///     numbers that went elsewhere.
  ///   - expected: where a stay begins, the extended number that time and rate foretell.
  ///   - pattern: takes what changes about the losses.
  package mutating func take(
    _ raw: UInt64, at time: Int64, jump: Jump = .isLoss, expected: Int64? = nil,
    pattern: inout LossPattern
  ) -> Outcome {
    guard let highest else { return start(at: raw) }
    let isBack = expected != nil || jump == .isSkip
    let back = isBack ? Return(jump: jump, expected: expected) : pending
    let foretold = max(back?.expected ?? highest, highest)
    let number = width.isWhole ? Int64(clamping: raw) : nearest(raw, to: foretold)
    let steps = foretold &- highest
    let isUnknown = !width.isWhole && steps > 1 << (width.bitCount - 1)
    // A stream may have gone on four times as fast as it did before.
    guard number &- highest < width.maximumDropout &+ 4 &* steps,
      number &- highest > -width.maximumMisorder
    else {
      pending = back
      return hold(raw, at: time)
    }
    awaited = nil
    pending = nil
    return place(
      number, above: highest, at: time, jump: back?.jump ?? jump, isUnknown: isUnknown,
      pattern: &pattern)
  }

  /// Forgets everything: the next number starts an epoch.
  package mutating func restart() {
    self = NumberTracker(width: width)
  }

  private mutating func start(at raw: UInt64) -> Outcome {
    let number = Int64(clamping: raw)
    lowest = number
    highest = number
    arrivals = 1
    return Outcome(number: number)
  }

  /// Takes a number that is too far away to be believed at once.
  private mutating func hold(_ raw: UInt64, at time: Int64) -> Outcome {
    guard raw == awaited else {
      awaited = (raw &+ 1) & width.mask
      awaitedTime = time
      return Outcome(number: nil, isNew: false)
    }
    let heldTime = awaitedTime
    restart()
    let held = start(at: (raw &- 1) & width.mask).number
    // One that is beyond 64 bits with a sign is made up.
    let number = held.map { max($0, $0 &+ 1) }
    highest = number
    arrivals = 2
    return Outcome(
      number: number, isRestart: true, confirmed: held, confirmedTime: heldTime)
  }

  private mutating func place(
    _ number: Int64, above top: Int64, at time: Int64, jump: Jump, isUnknown: Bool,
    pattern: inout LossPattern
  ) -> Outcome {
    if number > top {
      highest = number
      arrivals &+= 1
      let count = Int(number - top - 1)
      guard count > 0 else { return Outcome(number: number) }
      var hole = Hole(
        first: top + 1, last: number - 1, reason: isUnknown ? .unknown : .skipped,
        opener: arrivals, time: time)
      if jump == .isLoss, !isUnknown { hole.reason = .lost }
      missing.append(hole, reach: number - width.maximumMisorder + 1, pattern: &pattern)
      let known = isUnknown ? nil : count
      return jump == .isLoss
        ? Outcome(number: number, lost: known) : Outcome(number: number, skipped: known)
    }
    if number < lowest {
      arrivals &+= 1
      let count = Int(lowest - number - 1)
      if count > 0 {
        missing.prepend(
          Hole(first: number + 1, last: lowest - 1, reason: .lost, opener: 1), pattern: &pattern)
      }
      lowest = number
      return Outcome(
        number: number, lost: count, lateness: .init(extent: Int(arrivals - 1), time: nil))
    }
    guard let hole = missing.remove(number, pattern: &pattern) else {
      return Outcome(number: number, isNew: false)
    }
    arrivals &+= 1
    return Outcome(
      number: number, lost: hole.reason == .lost ? -1 : 0,
      skipped: hole.reason == .skipped ? -1 : 0,
      lateness: .init(
        extent: Int(arrivals &- hole.opener), time: hole.time.map { time &- $0 }))
  }

  /// The extended number nearest to `expected` whose last bits are `raw`.
  private func nearest(_ raw: UInt64, to expected: Int64) -> Int64 {
    let difference = Int64(truncatingIfNeeded: raw) &- expected
    let unused = 64 - width.bitCount
    return expected + (difference << unused) >> unused
  }
}

extension NumberTracker {
  /// How many bits a number has on the wire.
  package enum Width: Sendable {
    case bits16
    case bits32
    case bits64

    fileprivate var bitCount: Int64 {
      switch self {
      case .bits16: 16
      case .bits32: 32
      case .bits64: 64
      }
    }

    /// Numbers never wrap.
    fileprivate var isWhole: Bool { self == .bits64 }

    fileprivate var mask: UInt64 { 1 << UInt64(bitCount) &- 1 }

    /// This many numbers ahead or more is a jump, which must be confirmed. RFC 3550 A.1 has 3000
    /// for 16 bits; more bits leave room for the loss of many seconds.
    fileprivate var maximumDropout: Int64 { self == .bits16 ? 3000 : 1 << 24 }

    /// Less than this many numbers behind is late rather than a jump. RFC 3550 A.1 has 100 for 16
    /// bits; with 32 bits, streams of a million packets a second have a few milliseconds, and with 64
    /// bits a second.
    fileprivate var maximumMisorder: Int64 {
      switch self {
      case .bits16: 100
      case .bits32: 3000
      case .bits64: 1 << 20
      }
    }
  }
}
