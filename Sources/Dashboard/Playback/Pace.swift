import Wire

/// Which moment of a replay a clock has come to: pure, told the clock's time with each question.
struct Pace {
  /// What a replay may be played at, in seconds of the data a second.
  static let speeds = 0.01...10_000

  /// Seconds of the data a second.
  private(set) var speed: Double
  private(set) var isPaused = false
  /// The replay stood at `time` when the clock, counted from where it likes, showed `clock`.
  private var anchor = (clock: Duration.zero, time: Timestamp(nanoseconds: 0))

  init(speed: Double) {
    self.speed = min(max(speed, Self.speeds.lowerBound), Self.speeds.upperBound)
  }

  func time(at clock: Duration) -> Timestamp {
    guard !isPaused else { return anchor.time }
    let nanoseconds = Double((clock - anchor.clock).wholeNanoseconds) * speed
    return anchor.time + .nanoseconds(Int64(min(max(nanoseconds, 0), 9e18)))
  }

  /// Goes on from a moment.
  mutating func go(to time: Timestamp, at clock: Duration) {
    anchor = (clock, time)
  }

  mutating func pause(_ isPaused: Bool, at clock: Duration) {
    go(to: time(at: clock), at: clock)
    self.isPaused = isPaused
  }

  mutating func change(by factor: Double, at clock: Duration) {
    go(to: time(at: clock), at: clock)
    speed = Pace(speed: speed * factor).speed
  }
}
