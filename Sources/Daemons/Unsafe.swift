import CLinux
import Glibc

/// The calls that take pointers, behind a safe interface.

/// The system's words for an error number.
func reason(of number: Int32) -> String {
  unsafe String(cString: strerror(number))
}

/// A stream socket of the local family at a path, or a negated errno.
///
/// - Parameter isListening: Whether it is to listen there, for its owner alone, rather than to be connected.
func openStream(at path: String, isListening: Bool) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let bytes = Array(path.utf8)
  guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return -ENAMETOOLONG }
  unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
  let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
  let descriptor = socket(AF_UNIX, kind, 0)
  guard descriptor >= 0 else { return -errno }
  let length = socklen_t(MemoryLayout<sockaddr_un>.size)
  let mask = umask(0o177)
  defer { umask(mask) }
  let result = unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
      unsafe isListening
        ? bind(descriptor, rebound, length) : connect(descriptor, rebound, length)
    }
  }
  guard result == 0, !isListening || listen(descriptor, 16) == 0 else {
    let number = errno
    close(descriptor)
    return -number
  }
  return descriptor
}

/// Whether the name is that of a socket, and not of a link to one.
func isSocket(_ path: String) -> Bool {
  var status = stat()
  return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
}

/// Takes an abstract name (unix(7)) for as long as the descriptor is open; or a negated errno.
func openName(_ name: String) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let bytes = [0] + Array(name.utf8)
  guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { return -ENAMETOOLONG }
  unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
  let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { return -errno }
  let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
  let result = unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
      unsafe bind(descriptor, rebound, length)
    }
  }
  guard result == 0 else {
    let number = errno
    close(descriptor)
    return -number
  }
  return descriptor
}

/// The next client, or a negated errno.
func acceptClient(_ listener: Int32) -> Int32 {
  let descriptor = accept(listener, nil, nil)
  guard descriptor >= 0 else { return -errno }
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  return descriptor
}

/// What can be read now, empty at the end; or an errno.
func receiveSome(from descriptor: Int32, capacity: Int) -> (bytes: [UInt8], code: Int32) {
  var code: Int32 = 0
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    let length = unsafe recv(descriptor, buffer.baseAddress, capacity, 0)
    code = length < 0 ? errno : 0
    count = max(length, 0)
  }
  return (bytes, code)
}

/// How many bytes could be sent now, or a negated errno.
func sendSome(_ bytes: [UInt8], to descriptor: Int32) -> Int {
  let count = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  return count < 0 ? -Int(errno) : count
}

/// Waits until a descriptor can be read or written, for so many milliseconds at the most.
func wait(for descriptor: Int32, writing: Bool, milliseconds: Int32) -> Bool {
  var entry = pollfd(fd: descriptor, events: Int16(writing ? POLLOUT : POLLIN), revents: 0)
  return unsafe poll(&entry, 1, milliseconds) > 0
}

/// Tells whoever started the program how it goes (sd_notify(3)).
func notify(_ text: String, at path: String) {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  var bytes = Array(path.utf8)
  guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
  let length = MemoryLayout<sa_family_t>.size + bytes.count
  if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
  unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
  let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { return }
  defer { close(descriptor) }
  let message = Array(text.utf8)
  unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
      _ = unsafe sendto(
        descriptor, message, message.count, Int32(MSG_DONTWAIT), rebound,
        socklen_t(length))
    }
  }
}

/// The clock by which bindings end.
func elapsedTime() -> Duration {
  var time = timespec()
  unsafe clock_gettime(CLOCK_BOOTTIME, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// Removes a name from its folder, where it is there.
func removeName(_ path: String) {
  _ = unsafe unlink(path)
}
