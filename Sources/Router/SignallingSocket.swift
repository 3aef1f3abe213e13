import CLinux
import Glibc
package import Wire

/// Sends and receives Binding Updates and Acknowledgements as whole packets, in the network namespace of the
/// thread that opened it.
///
/// The kernel's own raw sockets would not do: they never show what carries a Home Address option or a type
/// 2 routing header, send no such routing header, and put the care-of address into the checksum.
package final class SignallingSocket {
  /// A message as it came.
  package struct Arrival: Hashable, Sendable {
    package var message: BindingMessage
    package var time: Timestamp
  }

  /// Longer messages than this are none.
  private static let capacity = 4096

  private let sender: Int32
  private let receiver: Int32

  /// - Parameter interface: Where messages come in.
  package init(interface: String) throws(RouterError) {
    guard let index = interfaceIndex(of: interface) else { throw .noSuchInterface(interface) }
    sender = signalling_open_sender()
    receiver = signalling_open_receiver(index)
    for descriptor in [sender, receiver] where descriptor < 0 {
      let what = "opening a socket for signalling"
      throw -descriptor == EPERM
        ? .noPermission(doing: what) : .refused(what, reason: reason(of: -descriptor))
    }
  }

  deinit {
    for descriptor in [sender, receiver] where descriptor >= 0 { close(descriptor) }
  }

  /// What is ready to be read when there is something to receive.
  package var fileDescriptor: Int32 { receiver }

  package func send(_ message: BindingMessage) throws(RouterError) {
    var packet: [UInt8] = []
    message.serialize(into: &packet)
    try send(packet: packet, to: message.destination)
  }

  /// Sends a whole IPv6 packet as it is.
  ///
  /// - Parameter address: The one in its header.
  package func send(packet: [UInt8], to address: IPAddress) throws(RouterError) {
    var destination: [UInt8] = []
    destination.append(address)
    let result = sendPacket(packet, to: destination, by: sender)
    guard result == 0 else {
      throw .refused("sending to \(address)", reason: reason(of: result))
    }
  }

  /// The next message that came in; nil where there is none. What is no such message is passed over.
  package func receive() throws(RouterError) -> Arrival? {
    while true {
      let (packet, time, code) = receivePacket(by: receiver, capacity: Self.capacity)
      switch code {
      case 0: break
      case EAGAIN: return nil
      default: throw .refused("receiving signalling", reason: reason(of: code))
      }
      let decoded = DecodedPacket(
        decoding: packet.rawSpan, linkType: .ipv6, wireBytes: packet.count)
      guard decoded.kind == .mobility,
        let message = BindingMessage(
          parsing: packet.rawSpan.extracting(decoded.mobility), source: decoded.source,
          destination: decoded.destination, homeAddress: decoded.homeAddress)
      else { continue }
      return Arrival(message: message, time: time)
    }
  }
}
