import Glibc
import Synchronization

/// A file or pipe that a capture is written to, in batches of whole blocks.
///
/// What was appended is a whole capture at any time: where the disk is full, the file ends behind the
/// last batch that fitted.
final class CaptureOutput: Sendable {
  let path: String
  private let descriptor: Int32
  /// Length of the file up to its last whole batch; nil where it is no file that can be cut.
  private let length: Mutex<off_t?>

  /// Makes the file, or takes the standard output for `-`. A file that holds something already is left
  /// alone.
  init(path: String) throws(CaptureError) {
    // A closed pipe is to be an error of `write`, not the program's end.
    signal(SIGPIPE, SIG_IGN)
    self.path = path == "-" ? "standard output" : path
    guard path != "-" else {
      descriptor = STDOUT_FILENO
      length = Mutex(nil)
      return
    }
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.openingError(path, errno) }
    var status = stat()
    let isRegular = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    length = Mutex(isRegular ? 0 : nil)
    // The lock keeps a second writer out that begins at the same moment.
    guard !isRegular || status.st_size == 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw .alreadyExists(path)
    }
  }

  deinit {
    if descriptor > STDOUT_FILENO { close(descriptor) }
  }

  /// Appends whole blocks. Where they do not all fit, none of them stays in a file.
  func append(_ blocks: [UInt8]) throws(CaptureError) {
    let number = length.withLock { length in
      let number = write(blocks)
      if number == 0 {
        length? += off_t(blocks.count)
      } else if let length {
        _ = ftruncate(descriptor, length)
      }
      return number
    }
    switch number {
    case 0: return
    case ENOSPC, EDQUOT: throw .diskFull(path)
    case EPIPE: throw .closedPipe(path)
    default: throw .cannotWrite(path: path, reason: reasonText(number))
    }
  }

  /// Takes the file away again, as long as nothing was written.
  func discard() {
    if length.withLock({ $0 == 0 }) { unsafe unlink(path) }
  }

  /// Writes all of the bytes; 0, or an errno.
  private func write(_ bytes: [UInt8]) -> Int32 {
    unsafe bytes.withUnsafeBytes { bytes in
      var rest = unsafe bytes[...]
      while unsafe !rest.isEmpty {
        let count = unsafe Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count >= 0 {
          unsafe rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = unsafe poll(&request, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }

  private static func openingError(_ path: String, _ number: Int32) -> CaptureError {
    switch number {
    case ENOENT, ENOTDIR:
      let folder = path.split(separator: "/").dropLast().joined(separator: "/")
      return .noSuchFolder(path.hasPrefix("/") ? "/" + folder : folder)
    case EACCES, EPERM, EROFS: return .noPermissionToWrite(path)
    case ENOSPC, EDQUOT: return .diskFull(path)
    default: return .cannotOpen(path: path, reason: reasonText(number))
    }
  }
}
