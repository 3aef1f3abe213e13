import Glibc

/// What an errno of a send means for the stream.
enum SendFailure: Equatable {
  /// A signal came: the packet can be sent again.
  case interrupted
  /// The socket's buffer had no room for the packet.
  case full
  /// The kernel threw it away: a queue was full.
  case refused
  /// It was longer than the way allows; ICMP may have told that of an earlier packet.
  case tooLarge
  /// Super-packets cannot be cut on this way.
  case uncut
  /// The network told of a fault, or there was no way: it may be mended while the stream goes on.
  case network

  init(_ code: Int32, ofSuperPacket isSuperPacket: Bool) {
    self =
      switch code {
      case EINTR: .interrupted
      case EAGAIN: .full
      case ENOBUFS, ENOMEM: .refused
      case EMSGSIZE: .tooLarge
      case EIO, EINVAL: isSuperPacket ? .uncut : .network
      default: .network
      }
  }
}
