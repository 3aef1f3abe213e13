/// How long to wait before a program is started again: twice as long each time, up to half a minute.
struct BackOff {
  static let least = Duration.seconds(1)
  static let most = Duration.seconds(30)

  private var wait = Self.least

  /// The time to wait now.
  mutating func next() -> Duration {
    defer { wait = min(wait * 2, Self.most) }
    return wait
  }
}
