import Sequences
import Streams
import Wire

/// The parts of a move's gap: how long the guest stood still, how long its first packet was held, and
/// how much longer the new way is.
///
/// `receiver gap = (b − a)·I + paused + held + path change + residual`, where a is the last number
/// delivered through the old place, b the first through the new one, and I the spacing. What the
/// points cannot tell is nil.
struct Anatomy: Sendable {
  private(set) var receiverGap: Duration?
  private(set) var paused: Duration?
  private(set) var held: Duration?
  private(set) var pathChange: Duration?
  private(set) var residual: Duration?
  private(set) var pausedPlusPath: Duration?
  private(set) var unboundTime: Duration?
  private(set) var uncertainty: Duration?
  /// A way that took less than no time by the clocks of two points.
  private(set) var contradiction: Contradiction?

  struct Contradiction: Sendable, Equatable {
    var sender: Int
    var receiver: Int
    /// By the two clocks.
    var transit: Duration
  }

  /// The move that is looked into.
  struct Subject {
    var path: StreamPath
    var before: StreamPath.Carrying
    var after: StreamPath.Carrying
    /// a and b; nil where nothing was delivered before or after.
    var delivered: (last: Int64, first: Int64)?
    /// What the new server refused, or the home agent dropped, for want of a binding.
    var unbound: NumberSet
    var gapOver: Duration
    var clocks: Clocks
    var time: Timestamp
  }

  init(of subject: Subject) {
    let measurement = AnatomyMeasurement(subject: subject)
    let beat = measurement.beat
    held = measurement.held(beat: beat)
    unboundTime = measurement.unboundTime
    if let beat { paused = measurement.paused(beat: beat) }
    let ways = measurement.ways(beat: beat)
    pathChange = ways?.change
    contradiction = ways?.contradiction
    var error = Duration.zero
    if let (last, first) = subject.delivered {
      let gap = measurement.receiverGap(from: last, to: first, beat: beat, held: held)
      receiverGap = gap?.value
      error = gap?.error ?? .zero
      if let receiverGap, let beat {
        let rest = receiverGap - beat.span(of: first &- last)
        if let paused, let held, let pathChange {
          residual = rest - paused - held - pathChange
        } else {
          pausedPlusPath = rest - (held ?? .zero)
        }
      }
    }
    if let beat, let bound = measurement.clock.bound {
      // Where the rhythm is uneven, so is what the numbers between took.
      let between = subject.delivered.map { Double($0.first &- $0.last) } ?? 1
      let unevenness =
        beat.spacing * (1 + beat.unevenness * between) + beat.jitter + (ways?.spread ?? 0)
      uncertainty = bound + error + .nanoseconds(Int64(clamping: unevenness))
    }
  }
}
