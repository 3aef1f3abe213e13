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

  /// Without an address of its own, which would have the kernel send from it; then up.
  private static func raise(_ index: UInt32, _ what: String) throws(RouterError) {
    let socket = try NetlinkSocket(.route)
    let (perFamily, addressGeneration, none): (UInt16, UInt16, UInt8) = (26, 8, 1)
    var attributes = NetlinkAttributes()
    attributes.append(
      perFamily,
      nesting: { families in
        families.append(UInt16(Kernel.inet6), nesting: { $0.append(addressGeneration, [none]) })
      })
    try socket.request(link(index, flags: 0, change: 0, attributes), what)
    let isUp: UInt32 = 1
    try socket.request(link(index, flags: isUp, change: isUp, NetlinkAttributes()), what)
  }

  /// RTM_NEWLINK with struct ifinfomsg (rtnetlink(7)): family, type, index, flags and which of them change.
  private static func link(
    _ index: UInt32, flags: UInt32, change: UInt32, _ attributes: NetlinkAttributes
  ) -> NetlinkMessage {
    let header: [UInt8] = [0, 0, 0, 0] + native(index) + native(flags) + native(change)
    return NetlinkMessage(
      type: 16, flags: [.request, .acknowledge], body: header + attributes.bytes)
  }
}
