import ArgumentParser
import Experiment
import Lab
import Wire

extension Attachment: ExpressibleByArgument {}
extension GuestKind: ExpressibleByArgument {}

/// How a mobile router learns of a guest.
enum Arrival: String, ExpressibleByArgument {
  case told, noticed
}

extension Fault {
  /// What a user may write.
  static let forms = """
    bu-lost:N and ba-lost:N (so many Binding Updates or Acknowledgements), ha-down:TIME, \
    wrong-key:TIME, server-loss:TIME, late-binding:TIME (until so long after the guest goes on), \
    early-binding:TIME (so long before it stops), loss:P (0 to 1, between servers and home agent), \
    delay:TIME (between servers and router, each way), bandwidth:RATE (bit/s, such as 2M)
    """

  /// As a user names it.
  var name: String {
    switch self {
    case .updatesLost: "bu-lost"
    case .acknowledgementsLost: "ba-lost"
    case .homeAgentDown: "ha-down"
    case .wrongKey: "wrong-key"
    case .lateBinding: "late-binding"
    case .earlyBinding: "early-binding"
    case .serverLoss: "server-loss"
    case .pathLoss: "loss"
    case .pathDelay: "delay"
    case .pathBandwidth: "bandwidth"
    }
  }

  /// Whether it moves the time of the binding.
  var isOfBinding: Bool {
    switch self {
    case .lateBinding, .earlyBinding: true
    default: false
    }
  }

  /// Whether a simulation has it.
  var isSimulated: Bool {
    switch self {
    case .lateBinding, .pathLoss: true
    default: false
    }
  }
}

/// A fault as a user writes it, such as `ha-down:2s`.
func fault(_ text: String) throws -> Fault {
  let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
  let value = parts.count == 2 ? String(parts[1]) : nil
  func time() throws -> Duration {
    guard let value, let time = Quantity.duration(value), time > .zero else {
      throw ValidationError("'\(text)' needs a time, such as \(parts[0]):200ms")
    }
    return time
  }
  func count() throws -> Int {
    guard let value else { return 1 }
    guard let count = Int(value), (1...10).contains(count) else {
      throw ValidationError("'\(text)' needs a number from 1 to 10, such as \(parts[0]):2")
    }
    return count
  }
  switch parts[0] {
  case "bu-lost": return .updatesLost(try count())
  case "ba-lost": return .acknowledgementsLost(try count())
  case "ha-down": return .homeAgentDown(try time())
  case "wrong-key": return .wrongKey(try time())
  case "late-binding": return .lateBinding(try time())
  case "early-binding": return .earlyBinding(try time())
  case "server-loss": return .serverLoss(try time())
  case "loss":
    guard let value, let probability = Double(value), (0...1).contains(probability) else {
      throw ValidationError("'\(text)' needs a probability from 0 to 1, such as loss:0.01")
    }
    return .pathLoss(probability)
  case "delay": return .pathDelay(try time())
  case "bandwidth":
    guard let value, let rate = Quantity.count(value), rate >= 10_000 else {
      throw ValidationError("'\(text)' needs a rate from 10k bit/s up, such as bandwidth:2M")
    }
    return .pathBandwidth(rate)
  default:
    throw ValidationError(
      "'\(text)' is no fault: write one of bu-lost, ba-lost, ha-down, wrong-key, late-binding, "
        + "early-binding, server-loss, loss, delay and bandwidth, with its value, such as ha-down:2s"
    )
  }
}
