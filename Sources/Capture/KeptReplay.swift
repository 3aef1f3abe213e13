import Glibc
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
  private let window: FileWindow
  private var walker: PcapngWalker
  private var filter: CaptureFileFilter?

  /// Opens a capture; nil where the file is no kept capture.
  ///
  /// - Parameters:
  ///   - path: of a regular file.
  ///   - filter: a filter expression (pcap-filter(7)).
  package init?(path: String, filter: String? = nil) throws(CaptureError) {
    var status = stat()
    guard path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    let window = try FileWindow(path: path)
    guard let begun = try? PcapngWalker(window.bytes) else { return nil }
    var scout = begun
    while case .description = scout.nextStep(in: window.bytes) {}
    let described = scout.descriptions.map { KeptPoint($0) }
    points = described.compactMap(\.self)
    guard !points.isEmpty, points.count == described.count else { return nil }
    tracks = points.map { _ in nil }
    walker = begun
    while walker.descriptions.count < points.count { _ = walker.nextStep(in: window.bytes) }
    if let filter, let linkType = walker.interfaces.lazy.compactMap(\.linkType).first {
      self.filter = try CaptureFileFilter(filter, linkType: linkType)
    }
    self.path = path
    self.window = window
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

  /// Reads on until an interval of a point was closed, or to the end.
  package func read(for track: Track) {
    let before = track.closedUpTo
    while !hasEnded, track.snapshots.isEmpty, track.closedUpTo == before { readStep() }
  }

  /// Reads no further.
  package func stop() {
    hasEnded = true
  }

  private func readStep() {
    let window = window
    switch walker.nextStep(in: window.bytes) {
    case .packet(let record, let interface, let options):
      guard let track = tracks[interface] else { return }
      take(record, options: options, for: track)
    case .statistics(let body, let interface):
      take(
        walker.statistics(in: window.bytes, body, interface: interface), for: tracks[interface])
    case .description: end(.failed(path, reason: "another capture follows in it"))
    case .flaw(let flaw): end(.failed(path, reason: flaw.words))
    case .cut: slide(isCut: true)
    case .end: slide(isCut: false)
    }
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

  /// Goes on where the file does; at its end everything has been read.
  private func slide(isCut: Bool) {
    guard let more = window.slide(by: walker.rebase()) else {
      return end(.failed(path, reason: "it cannot be read"))
    }
    guard more == 0 else { return }
    if isCut { tracks.forEach { $0?.noteCut() } }
    end(nil, isCut: isCut)
  }

  private func end(_ failure: CaptureError?, isCut: Bool = false) {
    for case let track? in tracks {
      track.failure = failure ?? (track.lacksEnd && !isCut ? .brokenOff(path) : nil)
    }
    hasEnded = true
  }
}
