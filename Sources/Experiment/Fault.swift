/// What is made to go wrong.
package enum Fault: Sendable, Hashable {
  /// So many Binding Updates get lost at each move.
  case updatesLost(Int)
  /// So many Binding Acknowledgements get lost at each move.
  case acknowledgementsLost(Int)
  /// The home agent is down from each move's beginning until so long after the guest goes on.
  case homeAgentDown(Duration)
  /// The new server has a wrong key until so long after the guest goes on there.
  case wrongKey(Duration)
  /// The new server learns of the guest so long after it goes on there.
  case lateBinding(Duration)
  /// The new server learns of the guest so long before it stops at the old one.
  case earlyBinding(Duration)
  /// The new server passes nothing on until so long after the guest goes on there.
  case serverLoss(Duration)
  /// The probability of loss between servers and home agent, 0 to 1, all the time.
  case pathLoss(Double)
  /// How long each frame takes between a server and the router, each way, all the time.
  case pathDelay(Duration)
  /// In bit/s between a server and the router, each way, all the time.
  case pathBandwidth(Int)
}

extension Fault {
  /// How long it lasts after the guest goes on, where it begins with each move and then ends.
  package var duration: Duration? {
    switch self {
    case .homeAgentDown(let time), .wrongKey(let time), .serverLoss(let time): time
    case .updatesLost, .acknowledgementsLost, .lateBinding, .earlyBinding, .pathLoss, .pathDelay,
      .pathBandwidth:
      nil
    }
  }

  /// Whether it begins with each move.
  package var isOfMove: Bool {
    switch self {
    case .updatesLost, .acknowledgementsLost, .homeAgentDown, .wrongKey, .serverLoss: true
    case .lateBinding, .earlyBinding, .pathLoss, .pathDelay, .pathBandwidth: false
    }
  }

  /// The longest time until the guest is registered in spite of it, by the retransmissions of RFC 6275
  /// section 11.8: the first after 1.5 s, each of the next after twice the time.
  package var recoveryTime: Duration {
    switch self {
    case .updatesLost(let count), .acknowledgementsLost(let count):
      .milliseconds(1500) * (1 << min(count, 20) - 1)
    case .homeAgentDown(let time): time * 2 + .milliseconds(1500)
    case .wrongKey(let time), .lateBinding(let time), .earlyBinding(let time),
      .serverLoss(let time):
      time
    case .pathLoss, .pathBandwidth: .zero
    case .pathDelay(let time): time * 4
    }
  }
}
