package import Wire

/// What really happened in a run, by a true clock: no point's offset is in its times.
package struct Truth: Sendable, Equatable {
  package var seed: UInt64
  /// In the order of `Scenario.pointNames`.
  package var points: [Point]
  /// In the order of the scenario's streams.
  package var streams: [Stream]
  /// One for each stay of the guest, in their order, the first among them.
  package var registrations: [Registration]
}

extension Truth {
  /// All that the interface of a point saw, signalling among it.
  package struct Point: Sendable, Equatable {
    package var name: String
    package var packets: Int
    /// Bytes of the frames.
    package var wireBytes: Int
  }

  package struct Stream: Sendable, Equatable {
    package var source: IPAddress
    package var sourcePort: UInt16
    package var destination: IPAddress
    package var destinationPort: UInt16
    /// The time between two numbers.
    package var spacing: Duration
    /// Bytes of UDP payload a packet.
    package var payloadBytes: Int
    /// The number that the first of `fates` belongs to.
    package var firstNumber: Int64
    /// What became of each number that the guest consumed.
    package var fates: [Fate]
    /// What each point saw of it, in the order of `Scenario.pointNames`.
    package var passages: [Passage]
    /// One for each move of the guest, in their order.
    package var moves: [Move]

    /// How many numbers had this fate.
    package func count(of fate: Fate) -> Int {
      fates.count { $0 == fate }
    }

    /// The numbers that had this fate, as runs.
    package func numbers(of fate: Fate) -> [ClosedRange<Int64>] {
      fates.runs { $0 == fate }.map {
        firstNumber + Int64($0.lowerBound)...firstNumber + Int64($0.upperBound)
      }
    }
  }

  /// What a point saw of a stream. Packets and bytes are of all its legs; numbers, duplicates and
  /// reordered are those of the leg nearest to the receiver: at the home agent, of what it sent on.
  package struct Passage: Sendable, Equatable {
    package var point: String
    package var packets: Int
    /// Bytes of the innermost IP packets, of the UDP payloads and of the frames.
    package var ipBytes: Int
    package var udpBytes: Int
    package var wireBytes: Int
    package var first: Timestamp?
    package var last: Timestamp?
    /// The distinct numbers, as runs.
    package var numbers: [ClosedRange<Int64>]
    package var duplicates: Int
    /// First copies below the next number expected (RFC 4737).
    package var reordered: Int

    /// How many distinct numbers it saw.
    package var received: Int { numbers.reduce(0) { $0 + $1.count } }
  }

  /// A move of the guest as one stream met it. A figure is nil where the stream gave nothing to
  /// measure: nothing was sent or delivered before or after.
  package struct Move: Sendable, Equatable {
    /// When the guest stopped, and where.
    package var time: Timestamp
    package var from: String
    /// Where it went on.
    package var to: String
    /// The last number that the old external point saw in the stay that ends, and when.
    package var lastNumber: Int64?
    package var lastBefore: Timestamp?
    /// The first number that the new external point saw in the stay that begins, and when.
    package var firstNumber: Int64?
    package var firstAfter: Timestamp?
    /// a: the last number delivered through the old server.
    package var lastDelivered: Int64?
    /// b: the first number delivered through the new one.
    package var firstDelivered: Int64?
    /// arrival(b) − arrival(a) at the correspondent node.
    package var receiverGap: Duration?
    /// P: how long the guest stood still.
    package var paused: Duration
    /// H: how long b waited at the new server.
    package var held: Duration?
    /// D: how much longer the way from the new external point to the receiver is; negative: shorter.
    package var pathChange: Duration
    /// The numbers between a and b, which are all undelivered, by their fates.
    package var fates: [Fate: Int]
    /// Numbers that left the new server before it had the Acknowledgement.
    package var beforeAcknowledgement: Int
    /// From the first number at the new external point to b there.
    package var unboundTime: Duration?
    /// How the new server registered.
    package var registration: Registration

    /// The silence between the external points.
    package var gap: Duration? {
      guard let firstAfter, let lastBefore else { return nil }
      return firstAfter - lastBefore
    }

    /// Undelivered numbers between a and b, of all fates.
    package var lost: Int { fates.values.reduce(0, +) }
  }
}

extension Array {
  /// The runs of indices whose elements fulfil the condition.
  func runs(where condition: (Element) -> Bool) -> [ClosedRange<Int>] {
    var runs: [ClosedRange<Int>] = []
    var start: Int?
    for (index, element) in enumerated() {
      if condition(element) {
        start = start ?? index
      } else if let first = start {
        runs.append(first...index - 1)
        start = nil
      }
    }
    if let start { runs.append(start...count - 1) }
    return runs
  }
}
