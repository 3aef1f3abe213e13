import CLinux
import Glibc

/// Hears of links, neighbours, forwarding entries and addresses, in the network namespace of the thread that
/// opened it, from then on.
package final class NetworkEvents {
  private let descriptor: Int32

  package init() throws(RouterError) {
    descriptor = network_events_open()
    guard descriptor >= 0 else {
      throw .refused("listening to network events", reason: reason(of: -descriptor))
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// What is ready to be read when there is something to receive.
  package var fileDescriptor: Int32 { descriptor }

  /// All that was told since this was last asked, in its order; it does not wait.
  package func receive() throws(RouterError) -> [NetworkEvent] {
    var events: [NetworkEvent] = []
    while true {
      let (bytes, code) = receiveDatagram(from: descriptor)
      switch code {
      case 0:
        for (_, answer) in NetlinkAnswer.parse(bytes) {
          guard case .part(let message) = answer, let event = NetworkEvent(message) else {
            continue
          }
          events.append(event)
        }
      case EAGAIN: return events
      case ENOBUFS: events.append(.overrun)
      default: throw .refused("listening to network events", reason: reason(of: code))
      }
    }
  }

  /// All that there is now in the network namespace of the calling thread, as if it had just come: what to
  /// begin with, and to compare with after an overrun.
  package static func current() throws(RouterError) -> [NetworkEvent] {
    let (links, addresses, neighbors): (UInt16, UInt16, UInt16) = (18, 22, 30)
    let bridge: UInt8 = 7
    let socket = try NetlinkSocket(.route)
    var events: [NetworkEvent] = []
    for (type, family, headerBytes) in [
      (links, 0, 16), (links, bridge, 16), (addresses, Kernel.inet6, 8),
      (neighbors, Kernel.inet6, 12), (neighbors, bridge, 12),
    ] {
      let header = [family] + [UInt8](repeating: 0, count: headerBytes - 1)
      events += try socket.dump(type: type, header: header, "listing the network")
        .compactMap { NetworkEvent($0) }
    }
    return events
  }
}
