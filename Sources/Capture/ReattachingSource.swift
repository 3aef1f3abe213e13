import Wire

/// A live source that is opened anew where it cannot be read any more: its interface went away, and may
/// come back under its name.
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

  /// How long it waits before it tries to open the source anew.
  private static var patience: Duration { .milliseconds(200) }

  let linkType: LinkType
  let snapshotLength: Int
  private let open: () throws(CaptureError) -> Source
  private var source: Source?
  private var isAway = false
  private var lastSure = Timestamp.now
  /// What was dropped, as far as is known, and what of that is of sources that are gone.
  private var dropped = 0
  private var droppedBefore = 0

  init(_ open: @escaping () throws(CaptureError) -> Source) throws(CaptureError) {
    let source = try open()
    self.open = open
    linkType = source.linkType
    snapshotLength = source.snapshotLength
    self.source = consume source
  }

  /// Hands over packets as a source does.
  mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) -> Outcome {
    if isAway {
      pause(Self.patience)
      return reattach() ? .returned : .idle
    }
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
      return .lost(error, since: lastSure)
    }
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
