/// Packets that wait for a tunnel, in the order in which they came, within limits: where there is no room, the
/// oldest give way, since they are the first to be of no use any more.
package struct HeldPackets: Sendable {
  package struct Limits: Hashable, Sendable {
    package var packetCount: Int
    package var byteCount: Int
    /// How long a packet is worth being sent.
    package var age: Duration

    package init(
      packetCount: Int = 4096, byteCount: Int = 4 << 20, age: Duration = .seconds(2)
    ) {
      self.packetCount = packetCount
      self.byteCount = byteCount
      self.age = age
    }
  }

  /// How many packets were lost here, by the reason.
  package struct Drops: Hashable, Sendable {
    /// They gave way to later ones.
    package var crowdedOut = 0
    /// They had waited too long.
    package var expired = 0
    /// They are longer than all the room there is.
    package var tooLong = 0
    /// They were given up.
    package var discarded = 0

    package init() {}
  }

  private struct Held {
    var packet: [UInt8]
    var time: Duration
  }

  package let limits: Limits
  package private(set) var drops = Drops()
  /// In bytes, of all that are held.
  package private(set) var byteCount = 0
  private var packets: [Held] = []
  /// Before it the packets are gone already.
  private var first = 0

  package init(limits: Limits = Limits()) {
    self.limits = limits
  }

  package var count: Int { packets.count - first }

  /// Takes a packet.
  ///
  /// - Parameter time: On a clock that never goes back.
  package mutating func hold(_ packet: [UInt8], at time: Duration) {
    expire(at: time)
    guard limits.packetCount > 0, packet.count <= limits.byteCount else {
      drops.tooLong += 1
      return
    }
    while count >= limits.packetCount || byteCount + packet.count > limits.byteCount {
      removeFirst()
      drops.crowdedOut += 1
    }
    packets.append(Held(packet: packet, time: time))
    byteCount += packet.count
  }

  /// Gives back all that are still worth being sent, the oldest first, and holds none of them any more.
  package mutating func release(at time: Duration) -> [[UInt8]] {
    expire(at: time)
    defer { removeAll() }
    return packets[first...].map(\.packet)
  }

  /// Lets go of packets that waited too long.
  package mutating func expire(at time: Duration) {
    while count > 0, time - packets[first].time > limits.age {
      removeFirst()
      drops.expired += 1
    }
  }

  /// Gives up all that are held: there will be no tunnel.
  package mutating func discard() {
    drops.discarded += count
    removeAll()
  }

  private mutating func removeFirst() {
    byteCount -= packets[first].packet.count
    packets[first].packet = []
    first += 1
    // What is gone is moved away seldom, so that it costs little for each packet.
    if first > packets.count / 2 {
      packets.removeFirst(first)
      first = 0
    }
  }

  private mutating func removeAll() {
    packets.removeAll()
    first = 0
    byteCount = 0
  }
}
