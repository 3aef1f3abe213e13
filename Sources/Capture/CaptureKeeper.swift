import Streams
import Synchronization
package import Wire

/// Keeps the packets of a run, with all that its records were made from: in one file for all points,
/// or in a folder that gets each point's as POINT.pcapng.
///
/// A kept capture is pcapng (draft-ietf-opsawg-pcapng) with an interface for each point (`KeptPoint`).
/// Of each point it holds what was counted, in the order in which it was: packets, and among them
/// Interface Statistics Blocks, each of the moment of its time:
/// - with `isb_starttime` alone: the capture begins;
/// - with `isb_ifdrop` alone: so many packets were found to be dropped since the begin;
/// - with the comment `capture ended: REASON` or `capture resumed`: it saw nothing from then on, or
///   again;
/// - without any option: no packet had come for a while, so that the intervals up to there were closed
///   by the clock; what comes late counts into the next one;
/// - with `isb_endtime`: the run ended, with `isb_ifrecv` and `isb_ifdrop` as totals;
/// - with the comment `mark: TEXT`: the user put down a mark, which is of all points.
package final class CaptureKeeper: Sendable {
  /// A file, and its header as long as nothing was written.
  private struct File {
    let output: CaptureOutput
    var encoder = PcapngEncoder(application: "nemotop")
    /// What was appended before the header could be written.
    var waiting: [UInt8] = []
    var failure: CaptureError?

    mutating func write(_ blocks: [UInt8]) {
      guard failure == nil, !blocks.isEmpty else { return }
      do throws(CaptureError) { try output.append(blocks) } catch { failure = error }
    }
  }

  private struct State {
    var files: [File] = []
    var hasBegun = false
    var isOver = false
  }

  private let state: Mutex<State>
  /// Nil where all points share a file.
  private let folder: String?

  /// Makes the file, or takes the standard output for `-`. A file that holds something already is left
  /// alone.
  package init(file path: String) throws(CaptureError) {
    let output = try CaptureOutput(path: path)
    state = Mutex(State(files: [File(output: output)]))
    folder = nil
  }

  /// - Parameter folder: one that is there.
  package init(folder: String) {
    state = Mutex(State())
    self.folder = folder
  }

  /// Begins to write. Until then everything waits in memory, so that nothing is left where another
  /// source or output cannot be opened.
  package func begin() {
    state.withLock { state in
      guard !state.hasBegun else { return }
      state.hasBegun = true
      for index in state.files.indices {
        var header: [UInt8] = []
        state.files[index].encoder.take { header = $0 }
        state.files[index].write(header + state.files[index].waiting)
        state.files[index].waiting = []
      }
    }
  }

  /// Keeps a mark of the user's.
  ///
  /// - Parameter limit: the mark is dated now, but not before this.
  /// - Returns: its time. Nothing that was found out later lies before it in a file.
  package func mark(_ text: String, notBefore limit: Timestamp) -> Timestamp {
    state.withLock { state in
      let time = max(.now, limit)
      guard !state.isOver else { return time }
      var encoder = PcapngEncoder()
      encoder.addStatistics(
        PcapngStatistics(time: time, comment: KeptComment.mark + text), interface: 0)
      let blocks = encoder.bytes
      for index in state.files.indices { append(blocks, to: index, in: &state) }
      return time
    }
  }

  /// Takes no more marks: the run has ended.
  package func finish() {
    state.withLock { $0.isOver = true }
  }

  /// Takes back the files of a run that could not begin.
  package func discard() {
    state.withLock { state in
      guard !state.hasBegun else { return }
      for file in state.files { file.output.discard() }
      state.files = []
    }
  }

  /// Describes a point.
  ///
  /// - Parameter filter: the expression that chose the packets.
  /// - Returns: where its packets belong.
  func add(
    _ point: KeptPoint, linkType: LinkType, snapshotLength: Int, filter: String?
  ) throws(CaptureError) -> (file: Int, interface: UInt32) {
    var output: CaptureOutput?
    if let folder {
      output = try CaptureOutput(path: "\(folder)/\(point.point.name).pcapng")
    }
    return state.withLock { state in
      if let output { state.files.append(File(output: output)) }
      let file = state.files.count - 1
      let interface = state.files[file].encoder.addInterface(
        named: point.point.name, linkType: linkType, snaplen: snapshotLength,
        description: point.source, filter: filter, comment: point.comment)
      return (file, interface)
    }
  }

  /// Appends a batch of blocks.
  ///
  /// - Returns: why the file is not written any more.
  func append(_ blocks: [UInt8], to file: Int) -> CaptureError? {
    state.withLock { state in
      append(blocks, to: file, in: &state)
      return state.files[file].failure
    }
  }

  private func append(_ blocks: [UInt8], to file: Int, in state: inout State) {
    if state.hasBegun {
      state.files[file].write(blocks)
    } else {
      state.files[file].waiting += blocks
    }
  }
}
