package import Streams
package import Wire

/// Counts the packets of a kept capture again, as the run that kept them did (`CaptureKeeper`).
package final class KeptReplay {
  /// A point of the capture as it is counted again.
  package final class Track {
    package let point: KeptPoint
    /// Intervals that were closed and not taken yet.
    package var snapshots: [Snapshot] = []
    /// When the run ended; nil where the capture does not tell.
    package private(set) var end: Timestamp?
    /// Why the capture could not be read to its end.
    fileprivate var failure: CaptureError?
    private var hasBegun = false
    private var meter: PointMeter

    fileprivate init(_ point: KeptPoint, options: CountingOptions) {
      self.point = point
      meter = PointMeter(point: point.point, options: options)
    }

    package var closedUpTo: Timestamp? { meter.closedUpTo }

    package var report: PointReport {
      var report = meter.report
      report.failure = failure
      return report
    }

    @inline(__always)
    fileprivate func count(_ packet: borrowing CapturedPacket) {
      meter.count(packet) { snapshots.append($0.snapshot(of: $1)) }
    }

    fileprivate func take(_ statistics: PcapngStatistics) {
      if statistics.end != nil {
        end = statistics.time
        meter.finish(at: statistics.time) { snapshots.append($0.snapshot(of: $1)) }
      } else if let total = statistics.dropped {
        meter.noteDrops(total: total, upTo: statistics.time)
      } else if statistics.start != nil {
        hasBegun = true
      } else if statistics.comment == KeptComment.presence {
        meter.noteReturn(at: statistics.time)
      } else if let comment = statistics.comment, comment.hasPrefix(KeptComment.absence) {
        let reason = String(comment.dropFirst(KeptComment.absence.count))
        meter.noteAbsence(
          since: statistics.time,
          CaptureError(absenceReason: reason, interface: point.source))
      } else {
        meter.advance(to: statistics.time) { snapshots.append($0.snapshot(of: $1)) }
      }
    }

    fileprivate func noteCut() { meter.noteCut() }

    /// Whether the run that kept the capture was broken off.
    fileprivate var lacksEnd: Bool { hasBegun && end == nil }

    /// Behind the end of a capture that has none: time went on to this moment elsewhere.
    package func advance(to time: Timestamp) {
      guard end == nil, meter.closedUpTo != nil else { return }
      meter.advance(to: time) { snapshots.append($0.snapshot(of: $1)) }
    }

    /// Behind the end of a capture that has none: all ended at this moment.
    package func finish(at time: Timestamp) {
      guard end == nil, meter.closedUpTo != nil else { return }
      meter.finish(at: time) { snapshots.append($0.snapshot(of: $1)) }
    }
  }

  package let path: String
  /// What the capture describes.
  package let points: [KeptPoint]
  /// Nothing follows.
  package private(set) var hasEnded = false
  /// By the number of the interface; nil for those that nobody asked for.
  private var tracks: [Track?]
  private var marks: [(time: Timestamp, text: String)] = []
  private var stream: CaptureStream
  private let window: FileWindow
  private var walker: PcapngWalker
  private var filter: CaptureFileFilter?

  /// Whether a stream goes on with a kept capture. Nothing is taken out of it.
  package static func isKept(_ stream: borrowing CaptureStream) -> Bool {
    var isKept = false
    stream.peek { bytes in
      let isWhole: Bool
      (isKept, isWhole) = Self.judge(bytes)
      return isWhole
    }
    return isKept
  }

  /// Whether these bytes begin a kept capture, as far as they tell, and whether more of them could tell
  /// otherwise.
  private static func judge(_ bytes: RawSpan) -> (isKept: Bool, isSure: Bool) {
    var walker: PcapngWalker
    do throws(PcapFlaw) { walker = try PcapngWalker(bytes) } catch {
      return (false, error != .shortHeader && bytes.byteCount >= 4)
    }
    while true {
      let step = walker.nextStep(in: bytes)
      let isKept = walker.descriptions.allSatisfy { KeptPoint($0) != nil }
      guard isKept else { return (false, true) }
      switch step {
      case .description: continue
      case .end, .cut: return (!walker.descriptions.isEmpty, false)
      default: return (!walker.descriptions.isEmpty, true)
      }
    }
  }

  /// Reads what a kept capture describes.
  ///
  /// - Parameter filter: a filter expression (pcap-filter(7)).
  /// - Throws: also where it is no kept capture.
  package init(_ stream: consuming CaptureStream, filter: String? = nil) throws(CaptureError) {
    path = stream.path
    let window = FileWindow(reading: stream.descriptor)
    walker = try Self.describe(in: window, path: path)
    points = walker.descriptions.compactMap { KeptPoint($0) }
    tracks = points.map { _ in nil }
    if let filter, let linkType = walker.interfaces.lazy.compactMap(\.linkType).first {
      self.filter = try CaptureFileFilter(filter, linkType: linkType)
    }
    self.stream = stream
    self.window = window
  }

  /// Reads up to behind the descriptions.
  private static func describe(
    in window: FileWindow, path: String
  ) throws(CaptureError) -> PcapngWalker {
    var isAll = false
    while true {
      if let begun = try? PcapngWalker(window.bytes) {
        var (scout, walker) = (begun, begun)
        while true {
          switch scout.nextStep(in: window.bytes) {
          case .description:
            walker = scout
            continue
          case .end where !isAll, .cut where !isAll: break
          default: return walker
          }
          break
        }
      }
      guard !isAll else { throw .notACapture(path: path, reason: PcapFlaw.shortHeader.words) }
      isAll = window.slide(by: 0) ?? 0 == 0
    }
  }

  /// Begins to count a point; to be called before anything is read.
  ///
  /// - Parameters:
  ///   - index: the point's among those of the capture.
  ///   - point: how it is called now.
  package func track(
    of index: Int, as point: Point, options: CountingOptions
  ) -> Track {
    var kept = points[index]
    kept.point = point
    kept.counting = options
    let track = Track(kept, options: options)
    tracks[index] = track
    return track
  }

  /// Takes the marks of the user's that were read.
  package func takeMarks() -> [(time: Timestamp, text: String)] {
    let taken = marks
    marks = []
    return taken
  }

  /// Reads on until an interval of a point was closed, to the end, or as far as a pipe has come.
  ///
  /// - Parameter isWanted: asked once in a while; it reads no further where the answer is no.
  package func read(for track: Track, while isWanted: () -> Bool = { true }) {
    let before = track.closedUpTo
    var steps = 0
    while !hasEnded, track.snapshots.isEmpty, track.closedUpTo == before, readStep() {
      steps += 1
      if steps % 65_536 == 0, !isWanted() { return }
    }
  }

  /// Reads no further.
  package func stop() {
    hasEnded = true
  }

  /// - Returns: false where a pipe has nothing yet.
  private func readStep() -> Bool {
    let window = window
    switch walker.nextStep(in: window.bytes) {
    case .packet(let record, let interface, let options):
      if let track = tracks[interface] { take(record, options: options, for: track) }
    case .statistics(let body, let interface):
      take(
        walker.statistics(in: window.bytes, body, interface: interface), for: tracks[interface])
    case .description: end(.failed(path, reason: "another capture follows in it"))
    case .flaw(let flaw): end(.failed(path, reason: flaw.words))
    case .cut: return slide(isCut: true)
    case .end: return slide(isCut: false)
    }
    return true
  }

  private func take(_ record: PcapRecord, options: Range<Int>, for track: Track) {
    let window = window
    let frame = window.bytes.extracting(record.frame)
    do throws(CaptureError) {
      let isAdmitted = try filter?.admits(
        frame, linkType: record.linkType, wireBytes: record.wireBytes)
      guard isAdmitted != false else { return }
    } catch {
      return end(error)
    }
    let mayHoldSegments =
      !options.isEmpty
      && walker.comment(in: window.bytes, options) == KeptComment.mayHoldSegments
    track.count(
      CapturedPacket(
        time: record.time, wireBytes: record.wireBytes, bytes: frame, linkType: record.linkType,
        mayHoldSegments: mayHoldSegments))
  }

  private func take(_ statistics: PcapngStatistics, for track: Track?) {
    if let comment = statistics.comment, comment.hasPrefix(KeptComment.mark) {
      marks.append((statistics.time, String(comment.dropFirst(KeptComment.mark.count))))
    } else {
      track?.take(statistics)
    }
  }

  /// Goes on where the stream does; at its end everything has been read.
  ///
  /// - Returns: false where a pipe has nothing yet.
  private func slide(isCut: Bool) -> Bool {
    if stream.isPipe, !isReadable(stream.descriptor, within: .milliseconds(20)) { return false }
    guard let more = window.slide(by: walker.rebase()) else {
      end(.failed(path, reason: "it cannot be read"))
      return true
    }
    guard more == 0 else { return true }
    let isCut = isCut || !stream.isWhole()
    if isCut { tracks.forEach { $0?.noteCut() } }
    end(nil, isCut: isCut)
    return true
  }

  private func end(_ failure: CaptureError?, isCut: Bool = false) {
    for case let track? in tracks {
      track.failure = failure ?? (track.lacksEnd && !isCut ? .brokenOff(path) : nil)
    }
    hasEnded = true
  }
}
