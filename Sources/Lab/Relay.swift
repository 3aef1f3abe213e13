import CLinux
import Foundation
import Synchronization

/// A link between two nodes that has a delay and a bandwidth, which kernels without netem cannot give it: an Ethernet device
/// at each end, and a thread between them. It lasts until it is stopped or let go.
package final class Relay: Sendable {
  /// How many tunnelled packets were dropped for want of bandwidth, in the direction from the first end to the second.
  package var droppedPackets: Int { shared.dropped.withLock { $0 } }

  /// What the relay and its thread both have.
  private final class Shared: Sendable {
    let ends: [Int32]
    let wakeup: Int32
    let isStopping = Mutex(false)
    let dropped = Mutex(0)

    init(ends: [Int32], wakeup: Int32) {
      self.ends = ends
      self.wakeup = wakeup
    }

    deinit { for descriptor in ends + [wakeup] where descriptor >= 0 { close(descriptor) } }
  }

  /// One end: a device of this name in this namespace.
  struct End: Sendable {
    var namespace: NetworkNamespace
    var interface: String
  }

  private let shared: Shared

  /// Makes both devices, which are down yet, and begins to carry frames.
  init(
    from first: End, to second: End, _ characteristics: LinkCharacteristics
  ) async throws(LabError) {
    var descriptors: [Int32] = []
    for end in [first, second] {
      let opened: Int32
      do {
        opened = try await end.namespace.run { openEthernetDevice(end.interface) }
      } catch let error as LabError {
        descriptors.forEach { close($0) }
        throw error
      } catch {
        opened = -EINVAL
      }
      guard opened >= 0 else {
        descriptors.forEach { close($0) }
        throw .commandFailed(
          command: "making the device \(end.interface)", reason: reason(of: -opened))
      }
      descriptors.append(opened)
    }
    let shared = Shared(ends: descriptors, wakeup: wakeup_open())
    self.shared = shared
    Thread.detachNewThread { Self.carry(characteristics, shared) }
  }

  deinit { stop() }

  /// Ends it; its devices are gone soon after.
  package func stop() {
    shared.isStopping.withLock { $0 = true }
    wakeup_send(shared.wakeup)
  }

  private static func carry(_ characteristics: LinkCharacteristics, _ shared: Shared) {
    _ = nemotop_precision_take(false)
    let clock = ContinuousClock()
    let begin = clock.now
    var queues = [LinkQueue(characteristics), LinkQueue(characteristics)]
    while !shared.isStopping.withLock({ $0 }) {
      for index in 0...1 {
        while let frame = readFrame(from: shared.ends[index]) {
          let isTaken = queues[index].take(frame, at: clock.now - begin)
          if !isTaken, index == 0, isTunnelled(frame) { shared.dropped.withLock { $0 += 1 } }
        }
        for frame in queues[index].arrivals(by: clock.now - begin) {
          writeFrame(frame, to: shared.ends[1 - index])
        }
      }
      let due = queues.compactMap(\.due).min()
      let wait = due.map { max($0 - (clock.now - begin), .zero) }
      waitForFrames(at: shared.ends, orWakeup: shared.wakeup, limit: wait)
    }
  }

  /// Whether an Ethernet frame holds IPv6 that holds IPv6 (RFC 2473).
  private static func isTunnelled(_ frame: [UInt8]) -> Bool {
    frame.count > 54 && frame[12] == 0x86 && frame[13] == 0xdd && frame[20] == 41
  }
}
