@unsafe @preconcurrency import Dispatch
import Foundation

/// Where a running monitor or log takes the user's marks: a datagram socket in a folder that only
/// this user can enter.
///
/// The folder lies in `$XDG_RUNTIME_DIR`, else in the temporary folder.
package final class MarkSocket: Sendable {
  /// Texts are cut to this many bytes.
  static let capacity = 1024

  private let path: String
  private let source: any DispatchSourceRead

  /// Begins to take marks; nil where no socket can be made here, without which all else works.
  package init?(_ receive: @escaping @Sendable (String) -> Void) {
    guard let folder = Self.folder(),
      case let path = folder + "/\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock",
      let descriptor = MarkDatagram.listen(at: path)
    else { return nil }
    self.path = path
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
    source.setEventHandler {
      while let text = MarkDatagram.receive(from: descriptor, capacity: Self.capacity) {
        receive(text)
      }
    }
    source.setCancelHandler { _ = Glibc.close(descriptor) }
    source.resume()
  }

  /// Takes no more marks.
  package func close() {
    source.cancel()
    try? FileManager.default.removeItem(atPath: path)
  }

  deinit {
    close()
  }

  /// Sends a mark to everything of this user's that runs here, and tells how many got it.
  package static func send(_ text: String) -> Int {
    let text = text.cut(toBytes: capacity)
    guard let folder = folder(),
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return 0 }
    var reached = 0
    for name in names.sorted() where name.hasSuffix(".sock") {
      let path = folder + "/" + name
      switch MarkDatagram.send(text, to: path) {
      case .delivered: reached += 1
      case .nobody: try? FileManager.default.removeItem(atPath: path)
      case .failed: break
      }
    }
    return reached
  }

  /// The folder, made if need be; nil where it belongs to somebody else.
  private static func folder() -> String? {
    let named = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"]
    let runtime = named == "" ? nil : named
    let path =
      runtime.map { $0 + "/nemotop" }
      ?? FileManager.default.temporaryDirectory.path + "/nemotop-\(getuid())"
    return MarkDatagram.makePrivateFolder(path) ? path : nil
  }
}

extension String {
  /// The text's first characters, as many as fit into so many bytes of UTF-8.
  func cut(toBytes capacity: Int) -> String {
    var length = 0
    return String(
      prefix { character in
        length += character.utf8.count
        return length <= capacity
      })
  }

  /// The text as one line that changes nothing about a terminal: spaces in the place of line breaks
  /// and control characters.
  package var asLine: String {
    String(
      map { character in
        let isPlain = character.unicodeScalars.allSatisfy {
          ![.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        return isPlain ? character : " "
      })
  }
}
