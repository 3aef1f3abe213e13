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

  /// - Returns: nil where it is none: what comes through a pipe, what is compressed, and what is no
  ///   capture at all, of which `CaptureFile` says why.
  init?(path: String) {
    guard path != "-" else { return nil }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0,
      status.st_mode & S_IFMT == S_IFREG, let walker = Self.walker(of: descriptor),
      let linkType = walker.linkType
    else {
      if descriptor >= 0 { close(descriptor) }
      return nil
    }
    self.path = path
    self.descriptor = descriptor
    self.walker = walker
    self.linkType = linkType
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Reads the header, as much of the file as that takes: to an interface whose frames can be decoded.
  private static func walker(of descriptor: Int32) -> PcapFileWalker? {
    var head = FileChunk(capacity: 1 << 16)
    guard head.fill(from: descriptor, at: 0) == 0 else { return nil }
    while true {
      var found: PcapFileWalker?
      do throws(PcapFlaw) {
        found = try head.withBytes(from: 0) { bytes throws(PcapFlaw) in try PcapFileWalker(bytes) }
      } catch {
        guard error == .shortHeader || error == .noInterface else { return nil }
      }
      if let found, found.knowsLinkType { return found }
      let former = head.count
      guard head.extend(from: descriptor) == 0, head.count > former else { return found }
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
