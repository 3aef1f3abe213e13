import Glibc

/// A regular file mapped into memory: the one place where the mapping's pointer is touched.
///
/// To touch a page that the file no longer has would end the program (SIGBUS). `refresh` maps what
/// the file has now, so whoever reads calls it before each batch; a file that another program
/// truncates within the fraction of a millisecond that a batch takes is not guarded against.
@safe
final class MappedFileBytes {
  private let descriptor: Int32
  private var start: UnsafeMutableRawPointer?
  private(set) var count = 0
  /// Everything below was given back.
  private var released = 0

  /// - Parameter path: a regular file.
  /// - Throws: `cannotOpen`, also where the file is none that can be mapped.
  init(path: String) throws(CaptureError) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    unsafe start = nil
    guard descriptor >= 0, refresh() else {
      throw .cannotOpen(path: path, reason: reasonText(errno))
    }
  }

  deinit {
    if let start = unsafe start { unsafe munmap(start, count) }
    if descriptor >= 0 { close(descriptor) }
  }

  /// Maps the file anew where it has grown or shrunk.
  ///
  /// - Returns: whether it is mapped.
  func refresh() -> Bool {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return false
    }
    let size = Int(status.st_size)
    guard size != count else { return true }
    if let start = unsafe start { unsafe munmap(start, count) }
    unsafe start = nil
    count = 0
    guard size > 0 else { return true }
    guard let mapped = unsafe mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0),
      unsafe mapped != MAP_FAILED
    else { return false }
    unsafe madvise(mapped, size, MADV_SEQUENTIAL)
    unsafe start = mapped
    count = size
    return true
  }

  /// Gives back the memory of what was read, so that a long file needs no more of it than a short
  /// one; it is read from the file again if it is wanted after all.
  func release(below offset: Int) {
    let batch = 1 << 24
    guard let start = unsafe start, offset - released >= 2 * batch, offset <= count else { return }
    let length = (offset - released) & ~(batch - 1)
    unsafe madvise(start + released, length, MADV_DONTNEED)
    released += length
  }

  var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let buffer = unsafe UnsafeRawBufferPointer(start: start, count: count)
      return unsafe _overrideLifetime(buffer.bytes, borrowing: self)
    }
  }
}
