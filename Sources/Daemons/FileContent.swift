import Foundation
import Glibc

/// A file's text, and who may read it: both of the same file, whatever its name stands for a moment later.
struct FileContent {
  struct Failure: Error {
    var reason: String
  }

  let text: String
  /// Whether nobody but the owner (and root) may read or write it.
  let isPrivate: Bool

  init(of path: String, capacity: Int) throws(Failure) {
    // A FIFO without a writer would not let it go on.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(reason: reason(of: errno)) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(reason: "it is no file")
    }
    let bytes: Data
    do { bytes = try file.read(upToCount: capacity + 1) ?? Data() } catch {
      throw Failure(reason: "it cannot be read")
    }
    guard bytes.count <= capacity else {
      throw Failure(reason: "it is longer than \(capacity) bytes")
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      throw Failure(reason: "it is no text in UTF-8")
    }
    self.text = text
    isPrivate = status.st_mode & 0o077 == 0
  }
}
