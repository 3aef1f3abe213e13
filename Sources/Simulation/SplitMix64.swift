/// A small generator of pseudo-random numbers, the same on every machine for a seed: SplitMix64
/// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
package struct SplitMix64: Sendable {
  private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

  private var state: UInt64

  /// Generators of one seed and different lanes are independent of each other, so that drawing more
  /// from one changes nothing in the others.
  package init(seed: UInt64, lane: UInt64 = 0) {
    state = Self.mixed(seed &+ Self.step) ^ Self.mixed(lane &+ 2 &* Self.step)
  }

  package mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mixed(state)
  }

  /// A number from 0 up to, but not including, `bound`; 0 where that is 0.
  package mutating func next(below bound: Int64) -> Int64 {
    Int64(next().multipliedFullWidth(by: UInt64(max(bound, 0))).high)
  }

  /// True with this probability. Draws once, whatever the probability.
  mutating func chance(_ probability: Double) -> Bool {
    Double(next() >> 11) * 0x1p-53 < probability
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// What chance decides: each has its own generator, a stream, server or hop apart.
enum Lane: UInt64 {
  case pacing = 1
  case crossing, path, onward
  case synchronizationSource

  func number(_ index: Int) -> UInt64 { rawValue << 32 | UInt64(index) }
}
