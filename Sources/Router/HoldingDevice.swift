import Glibc
import Wire

/// A device that packets are routed to while there is no tunnel for them yet, in the network namespace of the
/// thread that made it: they come to this process instead of being lost. It is gone with its last reference.
///
/// Once the tunnel is open, what was read is sent through it by hand, and what is read then once more: packets
/// that the kernel wraps meanwhile overtake these.
package final class HoldingDevice {
  /// The longest IPv6 packet without a jumbo payload option.
  private static let capacity = 65_575

  /// Its index.
  package let interface: UInt32
  private let descriptor: Int32

  /// - Parameter name: of at most 15 bytes; no interface may have it.
  package init(name: String) throws(RouterError) {
    let what = "making the device \(name)"
    descriptor = openTunnelDevice(name)
    guard descriptor >= 0 else {
      throw -descriptor == EPERM || -descriptor == EACCES
        ? .noPermission(doing: what) : .refused(what, reason: reason(of: -descriptor))
    }
    guard let index = interfaceIndex(of: name) else {
      close(descriptor)
      throw .noSuchInterface(name)
    }
    interface = index
    try Self.raise(index, what)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// What is ready to be read when there is a packet.
  package var fileDescriptor: Int32 { descriptor }

  /// The next packet that was routed here; nil where there is none now. What the kernel itself says to the
  /// device's groups is passed over.
  package func read() throws(RouterError) -> [UInt8]? {
    while true {
      let (packet, code) = readPacket(from: descriptor, capacity: Self.capacity)
      switch code {
      case 0: break
      case EAGAIN: return nil
      default: throw .refused("reading held packets", reason: reason(of: code))
      }
      guard let header = IPv6Header(parsing: packet.rawSpan), header.destination.high >> 56 != 0xff
      else { continue }
      return packet
    }
  }

  /// Without an address of its own; then up.
  private static func raise(_ index: UInt32, _ what: String) throws(RouterError) {
    let socket = try NetlinkSocket(.route)
    try socket.request(Link(index: index).withoutAddresses, what)
    try socket.request(Link(index: index).up, what)
  }
}
