import CLinux
import Glibc
import Wire

/// A capture as a stream of bytes: a file, a pipe or the standard input (`-`), decompressed where it is
/// compressed with gzip (RFC 1952).
package struct CaptureStream: ~Copyable {
  /// So much of its beginning can be looked at.
  private static let peekBytes = 1 << 16

  package let path: String
  /// What is given can be opened by its path again, and gives the same.
  package let isRepeatable: Bool
  let descriptor: Int32
  /// It comes when its writer has it.
  let isPipe: Bool
  private var decompression: Decompression?

  package init(path: String) throws(CaptureError) {
    let input =
      path == "-"
      ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw .cannotOpen(path: path, reason: reasonText(errno)) }
    var status = stat()
    let isFile = unsafe fstat(input, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    let isRepeatable = isFile && path != "-"
    if Self.isGzip(input) {
      defer { close(input) }
      let decompression = try Decompression(of: input, path: path)
      self.init(
        path: path, isRepeatable: isRepeatable, descriptor: decompression.output, isPipe: true,
        decompression: decompression)
    } else {
      self.init(
        path: path, isRepeatable: isRepeatable, descriptor: input, isPipe: !isFile,
        decompression: nil)
    }
  }

  private init(
    path: String, isRepeatable: Bool, descriptor: Int32, isPipe: Bool,
    decompression: consuming Decompression?
  ) {
    self.path = path
    self.isRepeatable = isRepeatable
    self.descriptor = descriptor
    self.isPipe = isPipe
    self.decompression = decompression
  }

  deinit { close(descriptor) }

  /// Whether all of it was decompressed. To be asked at its end.
  mutating func isWhole() -> Bool { decompression?.isWhole() ?? true }

  /// Looks at its beginning, as far as it is there, until that is enough. Nothing is taken out.
  func peek(until isEnough: (RawSpan) -> Bool) {
    var room = [UInt8](repeating: 0, count: Self.peekBytes)
    var known = -1
    while true {
      let count = peek(&room)
      guard count > 0 else { return }
      let isAll = count == room.count || count == known && Self.hasEnded(descriptor)
      if count > known, isEnough(room.rawSpan.extracting(first: count)) { return }
      if isAll || !isPipe { return }
      known = count
      pause(.milliseconds(2))
    }
  }

  private func peek(_ room: inout [UInt8]) -> Int {
    let offset = isPipe ? 0 : lseek(descriptor, 0, SEEK_CUR)
    return isPipe
      ? Int(unsafe pipe_peek(descriptor, &room, Int32(room.count)))
      : unsafe pread(descriptor, &room, room.count, offset)
  }

  /// Whether nobody writes into the pipe any more.
  private static func hasEnded(_ descriptor: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: 0, revents: 0)
    return unsafe poll(&request, 1, 0) > 0 && request.revents & Int16(POLLHUP) != 0
  }

  /// Whether it goes on with the magic number of RFC 1952 section 2.3.1. It reads nothing away, and
  /// waits until there is something in a pipe.
  private static func isGzip(_ descriptor: Int32) -> Bool {
    var magic: (UInt8, UInt8) = (0, 0)
    let offset = lseek(descriptor, 0, SEEK_CUR)
    let count =
      offset >= 0
      ? unsafe pread(descriptor, &magic, 2, offset) : Int(unsafe pipe_peek(descriptor, &magic, 2))
    return count == 2 && magic == (0x1F, 0x8B)
  }
}
