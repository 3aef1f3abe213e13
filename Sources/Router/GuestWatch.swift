import CLinux
import Glibc
package import Wire

/// Sees guests arrive on a bridge, in the network namespace of the thread that opened it.
///
/// A guest that moved is noticed by what it or its hypervisor announces, or by the first packet that it
/// sends at all, which with a live migration is mostly the earlier one. The kernel passes on nothing else, and no
/// traffic once `stopWatchingTraffic` was called: a stream does not wake anybody for every packet.
package final class GuestWatch {
  /// Signs are read from no more than this; the longest of use is an Advertisement with a few options.
  private static let capacity = 512

  private let descriptor: Int32
  private var prefixes: [BindingMessage.Prefix] = []

  /// - Parameter bridge: The interface's name. What the host itself sends there is not seen.
  package init(bridge: String) throws(RouterError) {
    guard let index = interfaceIndex(of: bridge) else { throw .noSuchInterface(bridge) }
    descriptor = openWatch(interface: index, filter: .guests(trafficOf: []))
    guard descriptor >= 0 else {
      let what = "watching \(bridge)"
      throw -descriptor == EPERM
        ? .noPermission(doing: what) : .refused(what, reason: reason(of: -descriptor))
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// What is ready to be read when there is something to receive.
  package var fileDescriptor: Int32 { descriptor }

  /// From now on every packet from one of the prefixes is a sign as well.
  package func watchTraffic(of prefixes: [BindingMessage.Prefix]) throws(RouterError) {
    try setFilter(trafficOf: prefixes)
  }

  /// From now on traffic is no sign any more, neither what waits to be received.
  package func stopWatchingTraffic() throws(RouterError) {
    try setFilter(trafficOf: [])
  }

  /// The next sign of a guest; nil where there is none now.
  package func receive() throws(RouterError) -> GuestSighting? {
    while true {
      let (packet, byteCount, origin, code) = receiveWatched(
        by: descriptor, capacity: Self.capacity)
      switch code {
      case 0: break
      case EAGAIN: return nil
      default: throw .refused("receiving from a bridge", reason: reason(of: code))
      }
      if let sighting = GuestSighting(
        parsing: packet, byteCount: byteCount, etherType: EtherType(rawValue: origin.ether_type),
        from: HardwareAddress(bits: origin.source), trafficOf: prefixes,
        at: Timestamp(nanoseconds: origin.time))
      {
        return sighting
      }
    }
  }

  private func setFilter(trafficOf prefixes: [BindingMessage.Prefix]) throws(RouterError) {
    let code = Router.setFilter(.guests(trafficOf: prefixes), of: descriptor)
    guard code == 0 else {
      throw .refused("setting what is watched for", reason: reason(of: code))
    }
    self.prefixes = prefixes
  }
}
