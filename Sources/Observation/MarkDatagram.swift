import Glibc

/// The module's only unsafe code: datagrams on sockets of the local family.
enum MarkDatagram {
  enum Delivery {
    case delivered
    /// The socket's owner is gone.
    case nobody
    case failed
  }

  /// A socket bound to the path; nil where that cannot be.
  static func listen(at path: String) -> Int32? {
    let descriptor = make()
    guard descriptor >= 0 else { return nil }
    let isBound = unsafe withAddress(of: path) { address, length in
      unsafe bind(descriptor, address, length) == 0
    }
    guard isBound else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// The next datagram as text; nil where none waits.
  static func receive(from descriptor: Int32, capacity: Int) -> String? {
    var count = -1
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, used in
      count = unsafe recv(descriptor, buffer.baseAddress, capacity, Int32(MSG_DONTWAIT))
      used = max(count, 0)
    }
    return count < 0 ? nil : String(decoding: bytes, as: UTF8.self)
  }

  static func send(_ text: String, to path: String) -> Delivery {
    let descriptor = make()
    guard descriptor >= 0 else { return .failed }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    let count = unsafe withAddress(of: path) { address, length in
      unsafe sendto(
        descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), address, length)
        == bytes.count
    }
    if count { return .delivered }
    return errno == ECONNREFUSED || errno == ENOENT ? .nobody : .failed
  }

  /// Makes a folder for this user alone, or finds one that is.
  static func makePrivateFolder(_ path: String) -> Bool {
    unsafe mkdir(path, 0o700)
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == getuid()
      && status.st_mode & 0o077 == 0
  }

  private static func make() -> Int32 {
    socket(
      AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
  }

  private static func withAddress(
    of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
  ) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
        unsafe body(rebound, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
