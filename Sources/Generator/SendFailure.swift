import Glibc

/// What an errno of a send means for the stream.
enum SendFailure: Equatable {
  /// A signal came: the packet can be sent again.
  case interrupted
  /// The kernel had no room for the packet: a queue or the socket's buffer was full.
  case refused
  /// No such packet can ever be sent.
  case tooLarge
  /// The network told of a fault, or there was no way: it may be mended while the stream goes on.
  case network

  init(_ code: Int32) {
    self =
      switch code {
      case EINTR: .interrupted
      case ENOBUFS, EAGAIN, ENOMEM: .refused
      case EMSGSIZE: .tooLarge
      default: .network
      }
  }
}
