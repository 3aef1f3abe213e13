import Glibc

/// A part of a regular file in memory, which moves along as it is read: the one place where its bytes
/// are touched by pointer.
///
/// To copy a file through a buffer that stays in the cache takes a third of the time of touching it
/// in a mapping, page by page; and the memory is the same for files of every length.
@safe
final class FileWindow {
  private static let leastCapacity = 1 << 18

  private let descriptor: Int32
  private var buffer: UnsafeMutableRawPointer
  private var capacity: Int
  /// Where the window begins in the file.
  private var position = 0
  private var count = 0

  /// - Parameter path: a regular file.
  /// - Throws: `cannotOpen`, also where the file is none that can be read.
  init(path: String) throws(CaptureError) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    capacity = Self.leastCapacity
    unsafe buffer = .allocate(byteCount: capacity, alignment: 64)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: reasonText(errno)) }
    guard let filled = fill() else {
      throw .cannotOpen(path: path, reason: reasonText(errno))
    }
    count = filled
  }

  deinit {
    unsafe buffer.deallocate()
    if descriptor >= 0 { close(descriptor) }
  }

  /// Moves the window on by so many bytes and reads what there is; a window that is not moved although
  /// it is full becomes larger.
  ///
  /// - Returns: how many bytes came, 0 at the file's end; nil where it cannot be read.
  func slide(by offset: Int) -> Int? {
    let rest = count - offset
    if offset > 0 {
      unsafe memmove(buffer, buffer + offset, rest)
    } else if count == capacity {
      let larger = UnsafeMutableRawPointer.allocate(byteCount: 2 * capacity, alignment: 64)
      unsafe memcpy(larger, buffer, count)
      unsafe buffer.deallocate()
      unsafe buffer = larger
      capacity *= 2
    }
    position += offset
    count = rest
    guard let filled = fill() else { return nil }
    count += filled
    return filled
  }

  private func fill() -> Int? {
    while true {
      let result = unsafe pread(
        descriptor, buffer + count, capacity - count, off_t(position + count))
      if result >= 0 { return result }
      guard errno == EINTR else { return nil }
    }
  }

  var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let bytes = unsafe UnsafeRawBufferPointer(start: buffer, count: count)
      return unsafe _overrideLifetime(bytes.bytes, borrowing: self)
    }
  }
}
