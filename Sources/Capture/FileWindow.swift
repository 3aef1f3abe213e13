import Glibc

/// A part of a file or pipe in memory, which moves along as it is read: the one place where its bytes
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
  private var count = 0

  /// Begins empty, where the descriptor stands. It is open for as long as the window is used.
  init(reading descriptor: Int32) {
    self.descriptor = descriptor
    capacity = Self.leastCapacity
    unsafe buffer = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit { unsafe buffer.deallocate() }

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
    count = rest
    guard let filled = fill() else { return nil }
    count += filled
    return filled
  }

  private func fill() -> Int? {
    while true {
      let result = unsafe read(descriptor, buffer + count, capacity - count)
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
