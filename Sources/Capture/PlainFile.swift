import Glibc
import Wire

/// A regular file that is a capture as it is: pcap and pcapng of every kind that `PcapFileWalker`
/// knows. Its interfaces may differ in link type, snaplen and resolution.
final class PlainFile: Sendable {
  let path: String
  let descriptor: Int32
  let byteCount: Int
  private let walker: PcapFileWalker
  private let linkType: LinkType

  /// - Returns: nil where the file is for libpcap: what comes through a pipe, is compressed, or has a
  ///   form that only libpcap knows.
  /// - Throws: `unsupportedLinkType`.
  init?(path: String) throws(CaptureError) {
    guard path != "-", let descriptor = Self.open(path) else { return nil }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let walker = Self.walker(of: descriptor)
    else {
      close(descriptor)
      return nil
    }
    guard let linkType = walker.linkType else {
      close(descriptor)
      throw .unsupportedLinkType(name: linkTypeName(walker.linkNumber), number: walker.linkNumber)
    }
    self.path = path
    self.descriptor = descriptor
    self.walker = walker
    self.linkType = linkType
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  private static func open(_ path: String) -> Int32? {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    return descriptor < 0 ? nil : descriptor
  }

  /// Reads the header, as much of the file as that takes.
  private static func walker(of descriptor: Int32) -> PcapFileWalker? {
    var head = FileChunk(capacity: 1 << 16)
    guard head.fill(from: descriptor, at: 0) == 0 else { return nil }
    while true {
      do throws(PcapFlaw) {
        return try head.withBytes(from: 0) { bytes throws(PcapFlaw) in try PcapFileWalker(bytes) }
      } catch {
        let former = head.count
        guard error == .shortHeader || error == .noInterface,
          head.extend(from: descriptor) == 0, head.count > former
        else { return nil }
      }
    }
  }

  /// A walk of its records, from the first.
  ///
  /// - Parameter filter: a filter expression (pcap-filter(7)).
  /// - Throws: `badFilter`.
  func walk(filter: String?) throws(CaptureError) -> FileWalk {
    guard let filter else { return FileWalk(walker, filter: nil, path: path) }
    return FileWalk(
      walker, filter: try CaptureFileFilter(filter, linkType: linkType), path: path)
  }
}

extension PcapFlaw {
  var words: String {
    switch self {
    case .noMagicNumber: "no magic number of pcap or pcapng"
    case .shortHeader: "it ends within its header"
    case .unknownVersion(let major, let minor): "unknown version \(major).\(minor)"
    case .noInterface: "no interface is described"
    case .unknownInterface(let number): "a packet of interface \(number), which is not described"
    case .capturedLength(let count): "a captured length of \(count) bytes is too long"
    case .blockLength(let count): "a block length of \(count) bytes is impossible"
    case .differentBlockLengths(let first, let last):
      "a block has \(first) bytes by its beginning and \(last) by its end"
    }
  }
}
