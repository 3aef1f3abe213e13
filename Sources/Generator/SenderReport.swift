import Wire

/// What a sender did: of a whole run, or of a part of it.
package struct SenderReport: Equatable, Sendable {
  /// Packets that the kernel took, and the bytes of their UDP payloads.
  package var packets = 0
  package var bytes = 0
  /// Super-packets among which some of these packets were.
  package var superPackets = 0
  package var duration = Duration.zero
  /// Numbers that the kernel refused, since a queue or the socket's buffer was full.
  package var refused = 0
  /// Numbers that could not be sent, for want of a way.
  package var unsent = 0
  /// Faults that the network or the kernel told of.
  package var networkErrors = 0
  /// The words for the last of them.
  package var lastNetworkError: String?
  /// Why packets went singly that were to go in super-packets.
  package var offloadRefusal: String?
  /// Times that were not made up for: how many, and how long in sum.
  package var pauses = 0
  package var paused = Duration.zero

  package init() {}

  /// What came since an earlier state of the same run.
  func since(_ earlier: SenderReport) -> SenderReport {
    var part = self
    part.packets -= earlier.packets
    part.bytes -= earlier.bytes
    part.superPackets -= earlier.superPackets
    part.duration -= earlier.duration
    part.refused -= earlier.refused
    part.unsent -= earlier.unsent
    part.networkErrors -= earlier.networkErrors
    part.pauses -= earlier.pauses
    part.paused -= earlier.paused
    return part
  }

  package var packetsPerSecond: Double { perSecond(packets) }
  package var bitsPerSecond: Double { perSecond(bytes) * 8 }

  private func perSecond(_ count: Int) -> Double {
    duration > .zero ? Double(count) * 1e9 / Double(duration.wholeNanoseconds) : 0
  }

  /// One line: packets, bytes, duration, the rate that was reached, and what went wrong, if anything.
  package var summary: String {
    var line =
      "sent \(packets) packets, \(bytes) bytes in "
      + "\(Quantity.decimal(duration.milliseconds / 1000, places: 3)) s: "
      + "\(Quantity.decimal(packetsPerSecond, places: 1)) packets/s, "
      + Quantity.bitRate(bitsPerSecond)
    if superPackets > 0 { line += ", in \(superPackets) super-packets" }
    if let offloadRefusal { line += "; no offload (\(offloadRefusal))" }
    if refused > 0 { line += "; the kernel refused \(refused) (a queue was full)" }
    if unsent > 0 { line += "; \(unsent) had no way" }
    if networkErrors > 0 {
      line += "; network errors \(networkErrors)"
      if let lastNetworkError { line += " (last: \(lastNetworkError))" }
    }
    if pauses > 0 {
      let sum = Quantity.decimal(paused.milliseconds, places: 1)
      line +=
        pauses == 1
        ? "; stood still once, for \(sum) ms" : "; stood still \(pauses) times, \(sum) ms in all"
    }
    return line
  }
}
