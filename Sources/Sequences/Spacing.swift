import Wire

/// The usual time between the packets of a stream: a moving mean that a pause hardly bends.
///
/// Each sample weighs 1/16, and counts as four times the mean at the most.
package struct Spacing: Sendable {
  private var mean: Double = 0
  private var samples = 0

  package init() {}

  /// The spacing; nil before the second packet.
  package var value: Duration? { nanoseconds.map { .nanoseconds($0) } }

  /// The spacing in nanoseconds; nil before the second packet.
  package var nanoseconds: Int64? { samples == 0 ? nil : Int64(mean) }

  /// Takes the time between two packets that followed each other.
  package mutating func take(_ between: Duration) {
    take(nanoseconds: between.wholeNanoseconds)
  }

  /// Takes the time between two packets that followed each other, in nanoseconds.
  package mutating func take(nanoseconds between: Int64) {
    let sample = Double(max(between, 0))
    samples += samples < 16 ? 1 : 0
    if samples == 1 {
      mean = sample
    } else {
      mean += (min(sample, 4 * max(mean, 1000)) - mean) / Double(samples)
    }
  }
}
