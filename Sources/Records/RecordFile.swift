import Glibc

/// A file that records are appended to, whole ones only: the module's one place for system calls.
struct RecordFile: ~Copyable {
  let path: String
  private let descriptor: Int32
  private let isRegular: Bool
  /// Length of the file up to its last whole step, and what was written behind it.
  private var length: off_t = 0
  private var written: off_t = 0
  /// Records that are not written yet.
  private var waiting: [UInt8] = []

  /// Records are written at the latest when there are so many bytes of them.
  private static let chunk = 1 << 20

  /// Opens a file to write to, or the standard output for `-`. A file that holds something already is
  /// left alone: a recording is not made twice.
  init(writing path: String) throws(RecordError) {
    // A closed pipe is to be an error of `write`, not the program's end.
    signal(SIGPIPE, SIG_IGN)
    var descriptor = STDOUT_FILENO
    var isRegular = false
    if path != "-" {
      descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw Self.openingError(path, errno) }
      var status = stat()
      isRegular = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      // The lock keeps a second recorder out that begins at the same moment.
      guard !isRegular || status.st_size == 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        throw .alreadyRecorded(path)
      }
    }
    self.path = path == "-" ? "standard output" : path
    self.descriptor = descriptor
    self.isRegular = isRegular
  }

  deinit {
    if descriptor != STDOUT_FILENO { close(descriptor) }
  }

  /// Writes a step of this file alone; where it does not all fit, none of it stays in a file.
  mutating func writeStep(
    _ append: (inout RecordFile) throws(RecordError) -> Void
  ) throws(RecordError) {
    do throws(RecordError) {
      try append(&self)
      try finishStep()
    } catch {
      cutBack()
      throw error
    }
    keepStep()
  }

  /// Appends records of a step: the closure appends to what is to be written, which is in the file once
  /// the step is finished. Where that fails, the step is to be cut back.
  mutating func append(_ encode: (inout [UInt8]) -> Void) throws(RecordError) {
    encode(&waiting)
    if waiting.count >= Self.chunk { try writeWaiting() }
  }

  /// Writes what is left of a step.
  mutating func finishStep() throws(RecordError) {
    if !waiting.isEmpty { try writeWaiting() }
  }

  /// The step is whole: it stays.
  mutating func keepStep() {
    length += written
    written = 0
  }

  /// Takes out of a file what is there of a step that did not all fit.
  mutating func cutBack() {
    waiting.removeAll()
    written = 0
    if isRegular { _ = ftruncate(descriptor, length) }
  }

  private mutating func writeWaiting() throws(RecordError) {
    let number = unsafe waiting.withUnsafeBytes { bytes in unsafe write(bytes) }
    let count = waiting.count
    waiting.removeAll(keepingCapacity: true)
    switch number {
    case 0: written += off_t(count)
    case ENOSPC, EDQUOT: throw .diskFull(path)
    case EPIPE: throw .closedPipe(path)
    default: throw .cannotWrite(path: path, reason: Self.text(number))
    }
  }

  /// Writes all of the bytes; 0, or an errno.
  private func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var rest = unsafe bytes
    while unsafe !rest.isEmpty {
      let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if errno == EAGAIN {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&request, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// Makes a folder; one that is there already will do.
  static func makeFolder(_ path: String) throws(RecordError) {
    guard unsafe mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    throw openingError(path, errno)
  }

  static func openingError(_ path: String, _ number: Int32) -> RecordError {
    switch number {
    case ENOENT, ENOTDIR:
      let folder = path.split(separator: "/").dropLast().joined(separator: "/")
      return .noSuchFolder(path.hasPrefix("/") ? "/" + folder : folder)
    case EACCES, EPERM, EROFS: return .noPermission(path)
    case ENOSPC, EDQUOT: return .diskFull(path)
    default: return .cannotOpen(path: path, reason: text(number))
    }
  }

  static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}

/// A file that is read from beginning to end.
struct RecordInput: ~Copyable {
  private static let chunk = 1 << 16

  let path: String
  private let descriptor: Int32

  /// Opens a file, or the standard input for `-`.
  init(reading path: String) throws(RecordError) {
    let file = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == EACCES { throw .noPermission(path) }
      throw .cannotOpen(path: path, reason: RecordFile.text(errno))
    }
    self.path = path
    descriptor = file
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  /// The next bytes, none at the end.
  func read() throws(RecordError) -> [UInt8] {
    while true {
      var failure: Int32 = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
        let got = unsafe Glibc.read(descriptor, buffer.baseAddress, Self.chunk)
        failure = got < 0 ? errno : 0
        count = max(got, 0)
      }
      if failure == 0 { return bytes }
      guard failure == EINTR else {
        throw .cannotRead(path: path, reason: RecordFile.text(failure))
      }
    }
  }

  /// Whether the path names a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}
