import Wire

/// An Ethernet interface that comes and goes under names that a pattern fits.
package struct TransientInterface: Sendable {
  let pattern: InterfacePattern
  let snapshotLength: Int

  package init(_ pattern: InterfacePattern, snapshotLength: Int) {
    self.pattern = pattern
    self.snapshotLength = snapshotLength
  }
}

/// A live source that is opened anew where it cannot be read any more: its interface went away, and may
/// come back under its name.
///
/// One that comes and goes may be away from the beginning, and nothing is missed while it is: only what passed a
/// new one before it was opened.
struct ReattachingSource<Source: PacketSource & ~Copyable>: ~Copyable {
  /// What came of a read.
  enum Outcome {
    case packets
    case idle
    /// The source is gone. Everything up to this moment was seen, and maybe more.
    case lost(CaptureError, since: Timestamp)
    /// It was opened anew.
    case returned
  }

  let linkType: LinkType
  let snapshotLength: Int
  private let open: () throws(CaptureError) -> Source
  private let transience: TransientInterface?
  private var source: Source?
  private var isAway = false
  /// It is there again, which is yet to be told.
  private var isReturning = false
  private var lastSure = Timestamp.now
  /// What was dropped, as far as is known, and what of that is of sources that are gone.
  private var dropped = 0
  private var droppedBefore = 0

  /// - Parameter transience: given for one that comes and goes.
  init(
    _ transience: TransientInterface? = nil, _ open: @escaping () throws(CaptureError) -> Source
  ) throws(CaptureError) {
    self.open = open
    self.transience = transience
    do throws(CaptureError) {
      let source = try open()
      linkType = source.linkType
      snapshotLength = source.snapshotLength
      self.source = consume source
    } catch {
      guard let transience, error.isOfAbsence else { throw error }
      linkType = .ethernet
      snapshotLength = transience.snapshotLength
      source = nil
      isAway = true
    }
  }

  /// How long it waits before it tries to open the source anew.
  private var patience: Duration { .milliseconds(transience == nil ? 200 : 20) }

  /// Hands over packets as a source does.
  mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) -> Outcome {
    if isReturning {
      isReturning = false
      return .returned
    }
    if isAway { return lookForIt() }
    do throws(CaptureError) {
      let start = Timestamp.now
      guard try source?.read(limit: limit, timeout: timeout, body) == .idle else {
        return .packets
      }
      // It was found to be there after that.
      lastSure = start
      return .idle
    } catch {
      droppedBefore = droppedPackets()
      source = nil
      isAway = true
      if transience != nil, case .interfaceWentAway = error { return .idle }
      return .lost(error, since: lastSure)
    }
  }

  private mutating func lookForIt() -> Outcome {
    pause(patience)
    let before = lastSure
    let now = Timestamp.now
    guard reattach() else {
      if transience != nil { lastSure = now }
      return .idle
    }
    guard let transience else { return .returned }
    if source?.isWhole ?? true { return .idle }
    isReturning = true
    return .lost(.interfaceWentAway(transience.pattern.text), since: before)
  }

  /// Frames of another kind are those of another interface.
  private mutating func reattach() -> Bool {
    guard let opened = try? open(), opened.linkType == linkType else { return false }
    source = consume opened
    isAway = false
    lastSure = .now
    return true
  }

  /// As far as is known.
  mutating func droppedPackets() -> Int {
    if let count = try? source?.droppedPackets() { dropped = droppedBefore + count }
    return dropped
  }
}

extension CaptureError {
  /// Whether there is nothing to capture on yet.
  fileprivate var isOfAbsence: Bool {
    switch self {
    case .noSuchInterface, .notUp: true
    default: false
    }
  }
}
