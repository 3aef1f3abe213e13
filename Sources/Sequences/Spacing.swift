import Wire

/// The usual time between the packets of a stream: a moving mean that a pause hardly bends.
///
/// Each sample weighs 1/16, and counts as four times the mean at the most.
public struct Spacing: Sendable {
  /// In nanoseconds; meaningless before the first sample.
  public var mean: Double = 0
  /// How many samples came, counted up to 16.
  public var samples: UInt8 = 0

  public init() {}

  /// Goes on from a former state.
  @inlinable
  public init(mean: Double, samples: UInt8) {
    self.mean = mean
    self.samples = samples
  }

  /// The spacing; nil before the second packet.
  package var value: Duration? { nanoseconds.map { .nanoseconds($0) } }

  /// The spacing in nanoseconds; nil before the second packet.
  package var nanoseconds: Int64? { samples == 0 ? nil : Int64(clamping: mean) }

  /// Takes the time between two packets that followed each other.
  package mutating func take(_ between: Duration) {
    take(nanoseconds: between.wholeNanoseconds)
  }

  /// Takes the time between two packets that followed each other, in nanoseconds.
  @inlinable
  @inline(__always)
  public mutating func take(nanoseconds between: Int64) {
    let sample = Double(max(between, 0))
    if samples == Self.fullSamples {
      mean = Self.mean(mean, taking: sample)
    } else {
      samples &+= 1
      mean = samples == 1 ? sample : mean + Self.step(from: mean, to: sample) / Double(samples)
    }
  }

  /// Each further sample weighs as if it were the last of so many.
  @inlinable
  public static var fullSamples: UInt8 { 16 }

  /// The mean after a further sample, once there are `fullSamples`; both in nanoseconds.
  @inlinable
  @inline(__always)
  public static func mean(_ mean: Double, taking sample: Double) -> Double {
    // A sixteenth is exact either way, and a product comes sooner than a quotient.
    mean + step(from: mean, to: sample) * 0.0625
  }

  @inlinable
  @inline(__always)
  static func step(from mean: Double, to sample: Double) -> Double {
    min(sample, 4 * max(mean, 1000)) - mean
  }
}
