import Sequences
import Streams
import Wire

/// Brings the numbers of all places into one count.
///
/// Each point counts a sender's restarts for itself, and from when it heard the stream first; and
/// numbers of 16 bits wrap. A generation is what one start of the sender numbered, wherever it was
/// heard.
struct Generations: Sendable {
  /// How the numbers of a place are to be read.
  struct Reading: Sendable {
    var epoch: Int
    var generation: Int
    /// Is added to the numbers, so that those of all places count in the same cycles.
    var offset: Int64
  }

  /// The highest number of a generation, wherever it was heard.
  private struct Reference: Sendable {
    var number: Int64
    var time: Timestamp
    /// In nanoseconds; 0 before the second packet.
    var spacing: Double
  }

  /// A number that was heard at another time than this is another packet's: longer than packets are
  /// on their way and clocks are apart.
  static let sameMoment = Duration.seconds(2)

  private var readings: [Place: Reading] = [:]
  private var newest = 0
  /// Of the newest generation and the one before.
  private var references: [Int: Reference] = [:]

  /// How the numbers of an activity are to be read.
  ///
  /// - Parameters:
  ///   - begins: The stream was not at the place before, or had left it.
  ///   - isGuest: The place's clock stands still or jumps while the guest is moved.
  mutating func reading(
    of run: NumberRun, in activity: Activity, at place: Place, begins: Bool, isGuest: Bool
  ) -> Reading {
    if isGuest {
      var reading =
        readings[place] ?? Reading(epoch: activity.epoch, generation: newest, offset: 0)
      reading.generation += activity.epoch - reading.epoch
      reading.epoch = activity.epoch
      readings[place] = reading
      return reading
    }
    if var reading = readings[place], reading.epoch == activity.epoch {
      guard begins else { return reading }
      if reading.generation == newest, !activity.isShort { return reading }
      reading = newReading(of: run, in: activity)
      readings[place] = reading
      return reading
    }
    let reading = newReading(of: run, in: activity)
    readings[place] = reading
    return reading
  }

  private mutating func newReading(of run: NumberRun, in activity: Activity) -> Reading {
    for generation in [newest, newest - 1] {
      guard let reference = references[generation] else { continue }
      let expected = Self.number(of: reference, at: run.firstTime)
      let cycles =
        activity.isShort ? (Double(expected &- run.first) / 65_536).rounded() : 0
      let offset = Int64(clamping: max(-1e12, min(cycles, 1e12))) * 65_536
      if Self.isConsistent(run.first &+ offset, at: run.firstTime, with: reference) {
        return Reading(epoch: activity.epoch, generation: generation, offset: offset)
      }
    }
    if references[newest] != nil { newest += 1 }
    references[newest - 2] = nil
    return Reading(epoch: activity.epoch, generation: newest, offset: 0)
  }

  /// Notes a run, in the common count.
  mutating func note(_ run: NumberRun, of generation: Int) {
    if let reference = references[generation], run.last <= reference.number { return }
    guard generation >= newest - 1 else { return }
    let span = Double(run.lastTime.nanoseconds(since: run.firstTime))
    references[generation] = Reference(
      number: run.last, time: run.lastTime,
      spacing: run.last > run.first
        ? span / Double(run.last &- run.first) : references[generation]?.spacing ?? 0)
  }

  /// The number that is due at a time.
  private static func number(of reference: Reference, at time: Timestamp) -> Int64 {
    guard reference.spacing > 0 else { return reference.number }
    let silence = Double(time.nanoseconds(since: reference.time))
    return reference.number &+ Int64(clamping: max(-1e12, min(silence / reference.spacing, 1e12)))
  }

  /// Whether a number may be of the generation: none that was due at another time. A guest that stood
  /// still goes on with the next number, so that less than what is due is right too.
  private static func isConsistent(
    _ number: Int64, at time: Timestamp, with reference: Reference
  ) -> Bool {
    if number > reference.number {
      let latest = Self.number(of: reference, at: time + sameMoment)
      return reference.spacing == 0 || number <= latest &+ 1000
    }
    let age = Double(reference.number &- number) * reference.spacing
    let due = reference.time - .nanoseconds(Int64(clamping: age))
    return time - due <= sameMoment
  }
}
