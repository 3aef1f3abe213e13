import Wire

/// A hop as packets meet it: chance, and what it remembers from one packet to the next.
struct Crossing {
  private let hop: Scenario.Hop
  private let delay: Int64
  private var random: SplitMix64
  /// A burst of losses is on.
  private var isLosing = false
  /// When the last packet arrived that kept its place.
  private var lastArrival = Int64.min

  init(_ hop: Scenario.Hop, random: SplitMix64) {
    self.hop = hop
    self.random = random
    delay = hop.delay.wholeNanoseconds
  }

  /// When a packet that enters at this time, and a copy of it, come out; nil where they do not.
  ///
  /// Each packet draws equally often, so that no setting changes what others decide.
  mutating func pass(_ time: Int64) -> (arrival: Int64?, copy: Int64?) {
    let isLost = loses()
    let variation = random.next(below: hop.variation.wholeNanoseconds)
    let isOvertaken = random.chance(hop.reordering)
    let isDoubled = random.chance(hop.duplication)
    guard !isLost else { return (nil, nil) }
    var arrival = time + delay + variation
    if isOvertaken {
      arrival += hop.reorderingDelay.wholeNanoseconds
    } else {
      arrival = max(arrival, lastArrival)
      lastArrival = arrival
    }
    return (arrival, isDoubled ? arrival + hop.duplicateDelay.wholeNanoseconds : nil)
  }

  /// Losses by themselves, or in bursts by the two states of Gilbert's model (1960): from the one
  /// that loses nothing to the one that loses all, and back after a burst's mean length.
  private mutating func loses() -> Bool {
    if hop.lossBurst <= 1 || hop.loss >= 1 { return random.chance(hop.loss) }
    isLosing =
      isLosing
      ? !random.chance(1 / hop.lossBurst)
      : random.chance(hop.loss / (1 - hop.loss) / hop.lossBurst)
    return isLosing
  }
}
