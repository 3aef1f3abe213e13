import Glibc

/// The calls that take C strings and pointers, behind a safe interface.

/// The system's words for an error number.
func reason(of number: Int32) -> String {
  unsafe String(cString: strerror(number))
}

/// A lock on a file, let go when nobody holds it any more, or the process ends.
final class FileLock: Sendable {
  private let descriptor: Int32

  /// - Parameter path: the file that is locked; made if need be.
  /// - Parameter state: the file that errors name.
  init(path: String, of state: String) throws(ShuttleError) {
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotWriteState(path: state, reason: reason(of: errno)) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .stateInUse(path: state)
    }
  }

  deinit {
    close(descriptor)
  }
}

/// A stream socket of the local family, connected to a path, that never waits.
package final class LocalSocket: Sendable {
  package enum Failure: Error, Equatable {
    case system(Int32)
    /// Nobody takes connections, or answers.
    case timedOut
    case closed
  }

  private let descriptor: Int32

  package init(path: String) throws(Failure) {
    descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw .system(errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      close(descriptor)
      throw .system(ENAMETOOLONG)
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
        unsafe connect(descriptor, rebound, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      let number = errno
      close(descriptor)
      // A full queue of connections means that nobody answers there.
      throw number == EAGAIN ? .timedOut : .system(number)
    }
  }

  deinit {
    close(descriptor)
  }

  /// Sends as many of the bytes as find room, and tells how many.
  package func send(_ bytes: [UInt8]) throws(Failure) -> Int {
    let count = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    guard count < 0 else { return count }
    guard errno == EAGAIN || errno == EINTR else { throw .system(errno) }
    return 0
  }

  /// The bytes that came by now; none where nothing did.
  package func receive() throws(Failure) -> [UInt8] {
    var count = -1
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, used in
      count = unsafe recv(descriptor, buffer.baseAddress, 4096, 0)
      used = max(count, 0)
    }
    if count == 0 { throw .closed }
    guard count > 0 || errno == EAGAIN || errno == EINTR else { throw .system(errno) }
    return bytes
  }
}
