import Glibc
package import Wire

/// Keeps a point's packets in a pcapng file (draft-ietf-opsawg-pcapng) with times in nanoseconds.
///
/// Packets are gathered and written together. What was flushed is a whole capture at any time: where
/// the disk is full, the file ends behind the last block that fitted with its batch.
package struct CaptureWriter: ~Copyable {
  /// So much is gathered before it is written without being asked.
  private static let batchBytes = 1 << 18

  package let path: String
  /// Packets that were taken.
  package private(set) var packets = 0
  private let descriptor: Int32
  private let interface: UInt32
  private var encoder: PcapngEncoder
  /// Length of the file up to its last whole batch; nil where it is no file that can be cut.
  private var length: off_t?

  /// Makes the file. One that holds something already is left alone.
  ///
  /// - Parameter point: the name of the point, which becomes that of the file's interface.
  package init(
    path: String, point: String, linkType: LinkType, snapshotLength: Int
  ) throws(CaptureError) {
    // A closed pipe is to be an error of `write`, not the program's end.
    signal(SIGPIPE, SIG_IGN)
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      switch errno {
      case EACCES, EPERM, EROFS: throw .noPermission(path)
      case ENOSPC, EDQUOT: throw .diskFull(path)
      case let number: throw .cannotOpen(path: path, reason: reasonText(number))
      }
    }
    var status = stat()
    let isRegular = unsafe fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    // The lock keeps a second writer out that begins at the same moment.
    guard !isRegular || status.st_size == 0 && flock(file, LOCK_EX | LOCK_NB) == 0 else {
      Glibc.close(file)
      throw .alreadyExists(path)
    }
    var encoder = PcapngEncoder(application: "nemotop")
    interface = encoder.addInterface(named: point, linkType: linkType, snaplen: snapshotLength)
    self.encoder = encoder
    self.path = path
    descriptor = file
    length = isRegular ? 0 : nil
  }

  deinit { Glibc.close(descriptor) }

  /// Takes a packet.
  package mutating func write(_ packet: borrowing CapturedPacket) throws(CaptureError) {
    encoder.addPacket(
      packet.bytes, wireBytes: packet.wireBytes, at: packet.time, interface: interface)
    packets += 1
    if encoder.bytes.count >= Self.batchBytes { try flush() }
  }

  /// Writes what was gathered.
  package mutating func flush() throws(CaptureError) {
    let count = encoder.bytes.count
    var number: Int32 = 0
    let file = descriptor
    encoder.take { number = Self.write($0, to: file) }
    guard number == 0 else {
      if let length { _ = ftruncate(descriptor, length) }
      switch number {
      case ENOSPC, EDQUOT: throw .diskFull(path)
      case EPIPE: throw .closedPipe(path)
      default: throw .cannotWrite(path: path, reason: reasonText(number))
      }
    }
    length? += off_t(count)
  }

  /// Ends the capture with its statistics: when it began and ended, and what it dropped.
  package mutating func finish(
    start: Timestamp, end: Timestamp, dropped: Int
  ) throws(CaptureError) {
    encoder.addStatistics(
      interface: interface, start: start, end: end, received: packets, dropped: dropped)
    try flush()
  }

  /// Writes all of the bytes; 0, or an errno.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    unsafe bytes.withUnsafeBytes { bytes in
      var rest = unsafe bytes[...]
      while unsafe !rest.isEmpty {
        let count = unsafe Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count >= 0 {
          unsafe rest = rest.dropFirst(count)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}
