import Records
import Streams
import Wire

/// What answers to requests tell of the clock of a host elsewhere.
///
/// Of the exchanges within a while the one with the shortest way is told: its bound is the best.
struct ClockExchange {
  /// How long is waited for a better exchange.
  static let patience = Duration.seconds(10)
  /// An answer that takes longer to come tells nothing of use.
  static let longestWay = Duration.seconds(4)

  /// Whose clock requests are sent by.
  private let reference: String
  /// What was told last.
  private(set) var reading: ClockReading?
  private var toldAt = Timestamp(nanoseconds: .min)
  private var best: ClockReading?

  init(reference: String) {
    self.reference = reference
  }

  /// Takes an answer that came at this moment; what is to be told now, if anything.
  ///
  /// As in RFC 5905 section 8, t1 to t4: sent, received there, answered there, come back.
  mutating func take(_ answer: ClockAnswer, at came: Timestamp) -> ClockReading? {
    let there = answer.received - answer.request
    let back = came - answer.sent
    // A clock that was set meanwhile makes a way that takes less than no time.
    guard there + back >= .zero, there + back <= Self.longestWay, answer.sent >= answer.received,
      came >= answer.request
    else { return nil }
    let isSame = answer.bootIdentifier == reference
    // In whole nanoseconds, as in the records; what that takes off the offset is within the bound.
    let offset = Duration.nanoseconds((there - back).wholeNanoseconds / 2)
    let bound = Duration.nanoseconds(((there + back).wholeNanoseconds + 1) / 2)
    let new = ClockReading(
      time: answer.sent, host: answer.bootIdentifier, reference: reference,
      offset: isSame ? .zero : offset, bound: isSame ? .zero : bound)
    guard let told = reading else { return tell(new, at: came) }
    if isSame { return nil }
    if new.bound < (best?.bound ?? .seconds(1 << 20)) { best = new }
    guard came - toldAt >= Self.patience || new.bound * 5 < told.bound * 4, let best
    else { return nil }
    return tell(best, at: came)
  }

  private mutating func tell(_ new: ClockReading, at now: Timestamp) -> ClockReading {
    reading = new
    toldAt = now
    best = nil
    return new
  }
}
