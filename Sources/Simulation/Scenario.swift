package import Wire

/// Everything that happens in a simulated run of the experiment: a guest that streams to a
/// correspondent node and moves between servers while it does.
///
/// Times are counted from `start`, when the guest's streams begin. Two runs of equal scenarios are
/// equal to the last byte.
package struct Scenario: Sendable, Equatable {
  /// Decides all that is left to chance.
  package var seed: UInt64 = 1
  /// When the streams begin, by a true clock: 2026-01-01T00:00:00Z unless set.
  package var start = Timestamp(seconds: 1_767_225_600, nanoseconds: 0)
  /// The guest sends nothing from here on; what is under way still arrives.
  package var duration: Duration = .seconds(15)
  package var streams: [Stream] = Stream.row(1)
  /// The guest starts on the first of them.
  package var servers: [Server] = Server.row(2)
  /// In the order of their times.
  package var moves: [Move] = Move.pingPong(4, every: .seconds(3), among: 2)
  /// Silences of the guest that are no moves, in the order of their times.
  package var pauses: [Pause] = []
  /// The first packet of a spacing leaves up to this much late; less than every stream's spacing.
  package var pacingJitter: Duration = .zero
  /// The guest's clocks stand still while it is paused, as under QEMU, instead of jumping on, as
  /// under Xen.
  package var guestClockStops = false
  /// From the guest to the virtual interface's other end.
  package var accessDelay: Duration = .microseconds(20)
  /// From the home agent's receiving a tunnelled packet to its sending it on.
  package var anchorDelay: Duration = .microseconds(10)
  /// From the home agent to the correspondent node.
  package var onward = Hop(delay: .milliseconds(5))
  /// What the clock of a point, by its name, shows beyond the true time.
  package var clockOffsets: [String: Duration] = [:]

  /// The demonstration: one stream of 100 packets of 500 bytes a second, two servers, four moves.
  package init() {}

  /// The points of the experiment: the guest, each server and its virtual interface, the home agent,
  /// the correspondent node.
  package var pointNames: [String] {
    ["guest"] + servers.flatMap { [$0.name, $0.name + ".vif"] } + ["ha", "cn"]
  }
}

extension Scenario {
  /// One UDP stream of nemotop's format from the guest to the correspondent node.
  package struct Stream: Sendable, Equatable {
    package var port: UInt16
    package var packetsPerSecond: Int
    /// Bytes of UDP payload a packet.
    package var payloadBytes: Int
    /// The number of its first packet.
    package var firstNumber: Int64
    /// Its first packet leaves this long after the start.
    package var phase: Duration

    package init(
      port: UInt16 = 5004, packetsPerSecond: Int = 100, payloadBytes: Int = 500,
      firstNumber: Int64 = 0, phase: Duration = .zero
    ) {
      self.port = port
      self.packetsPerSecond = packetsPerSecond
      self.payloadBytes = payloadBytes
      self.firstNumber = firstNumber
      self.phase = phase
    }

    /// Streams that differ in their ports and share the spacing evenly between them.
    package static func row(
      _ count: Int, packetsPerSecond: Int = 100, payloadBytes: Int = 500
    ) -> [Stream] {
      (0..<max(count, 0)).map { index in
        Stream(
          port: UInt16(truncatingIfNeeded: 5004 + 2 * index), packetsPerSecond: packetsPerSecond,
          payloadBytes: payloadBytes,
          phase: .nanoseconds(
            Int64(index) * 1_000_000_000 / Int64(max(packetsPerSecond, 1)) / Int64(count)))
      }
    }
  }

  /// A server that guests run on: a mobile router with a care-of address.
  package struct Server: Sendable, Equatable {
    package var name: String
    package var careOfAddress: IPAddress
    /// From the virtual interface to the external one.
    package var crossing: Hop
    /// From the external interface to the home agent.
    package var path: Hop

    package init(name: String, careOfAddress: IPAddress, crossing: Hop, path: Hop) {
      self.name = name
      self.careOfAddress = careOfAddress
      self.crossing = crossing
      self.path = path
    }

    /// Servers `xen1`, `xen2`, … on subnets `2001:db8:1::/64`, `2001:db8:2::/64`, …, the first 15 ms
    /// away from the home agent, each further one 5 ms more.
    package static func row(_ count: Int) -> [Server] {
      (0..<max(count, 0)).map { index in
        Server(
          name: "xen\(index + 1)",
          careOfAddress: IPAddress(high: 0x2001_0db8_0000_0000 | UInt64(index + 1) << 16, low: 1),
          crossing: Hop(delay: .microseconds(30)),
          path: Hop(delay: .milliseconds(15 + 5 * index)))
      }
    }
  }

  /// What a packet meets on its way from one point to the next. Each event is drawn by itself.
  package struct Hop: Sendable, Equatable {
    package var delay: Duration
    /// Up to this much is added to the delay; the order is kept.
    package var variation: Duration = .zero
    /// The probability that a packet is lost.
    package var loss = 0.0
    /// The mean number of consecutive packets that are lost together; 1: each by itself.
    package var lossBurst = 1.0
    /// The probability that a packet arrives twice.
    package var duplication = 0.0
    /// How long after the packet its copy arrives.
    package var duplicateDelay: Duration = .microseconds(100)
    /// The probability that later packets overtake this one.
    package var reordering = 0.0
    /// How much later an overtaken packet arrives; more than the spacing, to be overtaken.
    package var reorderingDelay: Duration = .milliseconds(25)

    package init(delay: Duration) {
      self.delay = delay
    }
  }

  /// The guest's move to another server.
  package struct Move: Sendable, Equatable {
    /// When the guest stops on the server where it is.
    package var time: Duration
    /// Index of the server that it goes to.
    package var server: Int
    /// How long the guest stands still.
    package var pause: Duration
    /// From the guest's resuming to the new server's Binding Update.
    package var bindingDelay: Duration
    /// The new server holds the guest's packets until it is bound, instead of sending them to a home
    /// agent that drops them.
    package var holds: Bool
    /// So many numbers of each stream vanish before any point sees them when the guest resumes: its
    /// interface is still reconnecting.
    package var unseen: Int

    package init(
      time: Duration, server: Int, pause: Duration = .milliseconds(200),
      bindingDelay: Duration = .milliseconds(35), holds: Bool = false, unseen: Int = 0
    ) {
      self.time = time
      self.server = server
      self.pause = pause
      self.bindingDelay = bindingDelay
      self.holds = holds
      self.unseen = unseen
    }

    /// Moves from each server to the next and from the last to the first, at whole multiples of
    /// `every`.
    package static func pingPong(
      _ count: Int, every: Duration, among servers: Int, pause: Duration = .milliseconds(200)
    ) -> [Move] {
      (0..<max(count, 0)).map { index in
        Move(time: every * (index + 1), server: (index + 1) % max(servers, 1), pause: pause)
      }
    }
  }

  /// A silence of the guest that is no move.
  package struct Pause: Sendable, Equatable {
    package var time: Duration
    package var length: Duration

    package init(time: Duration, length: Duration) {
      self.time = time
      self.length = length
    }
  }
}
