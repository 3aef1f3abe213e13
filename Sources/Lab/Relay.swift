import CLinux
import Foundation
import Synchronization

/// A link between two nodes that has a delay and a bandwidth, which kernels without netem cannot give it: an Ethernet device
/// at each end, and a thread between them. It lasts until it is stopped or let go.
package final class Relay: Sendable {
  /// How many tunnelled packets were dropped for want of bandwidth, in the direction from the first end to the second.
  package var droppedPackets: Int { shared.dropped.withLock { $0 } }

  /// What the relay and its thread both have. The devices are the thread's alone.
  private final class Shared: Sendable {
    struct State {
      var isStopping = false
      var hasEnded = false
      var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let wakeup: Int32
    let state = Mutex(State())
    let dropped = Mutex(0)

    init() throws(LabError) {
      wakeup = wakeup_open()
      guard wakeup >= 0 else {
        throw .commandFailed(command: "making an event descriptor", reason: reason(of: -wakeup))
      }
    }

    deinit { if wakeup >= 0 { close(wakeup) } }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func stop() {
      state.withLock { $0.isStopping = true }
      wakeup_send(wakeup)
    }

    func end() {
      let waiters = state.withLock { state in
        state.hasEnded = true
        defer { state.waiters = [] }
        return state.waiters
      }
      for waiter in waiters { waiter.resume() }
    }
  }

  /// One end: a device of this name in this namespace.
  struct End: Sendable {
    var namespace: NetworkNamespace
    var interface: String
  }

  /// How many frames wait in a device for the thread: those of the time in which it may get no turn.
  private static let queueLength: Int32 = 10_000
  /// How many frames of one end are read before the other end has its turn, and what is due is written.
  private static let turn = 64
  /// Room for the longest frame that a device can have.
  private static let frameCapacity = 1 << 16

  private let shared: Shared

  /// Whether its devices are gone: it was stopped, or their namespaces were removed.
  var hasEnded: Bool { shared.state.withLock { $0.hasEnded } }

  /// Makes both devices, which are down yet, and begins to carry frames.
  init(
    from first: End, to second: End, _ characteristics: LinkCharacteristics
  ) async throws(LabError) {
    let shared = try Shared()
    var devices: [Int32] = []
    do throws(LabError) {
      for end in [first, second] { devices.append(try await Self.open(end)) }
    } catch {
      devices.forEach { close($0) }
      throw error
    }
    self.shared = shared
    Thread.detachNewThread { [devices] in
      Self.carry(characteristics, between: devices, shared)
      devices.forEach { close($0) }
      shared.end()
    }
  }

  deinit { shared.stop() }

  /// Ends it; its devices are gone then.
  package func stop() async {
    shared.stop()
    await withCheckedContinuation { continuation in
      let hasEnded = shared.state.withLock { state in
        if !state.hasEnded { state.waiters.append(continuation) }
        return state.hasEnded
      }
      if hasEnded { continuation.resume() }
    }
  }

  /// The device of an end.
  private static func open(_ end: End) async throws(LabError) -> Int32 {
    let device: Int32
    do {
      device = try await end.namespace.run {
        openEthernetDevice(end.interface, queueLength: queueLength)
      }
    } catch let error as LabError {
      throw error
    } catch {
      throw .noSuchNamespace(path: end.namespace.path, reason: "\(error)")
    }
    guard device < 0 else { return device }
    let what = "making the device \(end.interface) by /dev/net/tun"
    throw [EPERM, EACCES].contains(-device)
      ? .noPermission(command: what, reason: reason(of: -device))
      : .commandFailed(command: what, reason: reason(of: -device))
  }

  private static func carry(
    _ characteristics: LinkCharacteristics, between devices: [Int32], _ shared: Shared
  ) {
    _ = nemotop_precision_take(false)
    let clock = ContinuousClock()
    let begin = clock.now
    var buffer = [UInt8](repeating: 0, count: frameCapacity)
    var queues = [LinkQueue(characteristics), LinkQueue(characteristics)]
    while !shared.isStopping {
      for index in 0...1 {
        reading: for _ in 0..<turn {
          let frame: [UInt8]
          switch readFrame(from: devices[index], by: &buffer) {
          case .frame(let next): frame = next
          case .nothingNow: break reading
          case .gone: return
          }
          let isTaken = queues[index].take(frame, at: clock.now - begin)
          if !isTaken, index == 0, isTunnelled(frame) { shared.dropped.withLock { $0 += 1 } }
        }
        for frame in queues[index].arrivals(by: clock.now - begin) {
          writeFrame(frame, to: devices[1 - index])
        }
      }
      let due = queues.compactMap(\.due).min()
      let wait = due.map { max($0 - (clock.now - begin), .zero) }
      waitForFrames(at: devices, orWakeup: shared.wakeup, limit: wait)
    }
  }

  /// Whether an Ethernet frame holds IPv6 that holds IPv6 (RFC 2473).
  private static func isTunnelled(_ frame: [UInt8]) -> Bool {
    frame.count > 54 && frame[12] == 0x86 && frame[13] == 0xdd && frame[20] == 41
  }
}
