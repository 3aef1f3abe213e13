import CLinux
import Foundation
import Synchronization

/// A terminal of our own for a program that draws, with somebody at the other end who reads all of it.
final class Pseudoterminal: Sendable {
  private let controller: Int32
  /// Becomes the program's standard input, output and error.
  let terminal: Int32
  private let drawn = Mutex(0)

  init(columns: Int32, rows: Int32) throws(Failure) {
    var terminal: Int32 = -1
    var controller: Int32 = -1
    let result = unsafe pseudoterminal_open(columns, rows, &terminal, &controller)
    guard result == 0 else { throw Failure("no pseudo-terminal: \(reason(result))") }
    self.terminal = terminal
    self.controller = controller
    let source = controller
    Thread.detachNewThread { [weak self] in
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      // It ends with an error when the last program has closed the terminal.
      while case let count = unsafe read(source, &bytes, bytes.count), count > 0 {
        self?.drawn.withLock { $0 += count }
      }
      close(source)
    }
  }

  /// How many bytes the program has drawn.
  var drawnBytes: Int { drawn.withLock { $0 } }

  /// Presses a key.
  func press(_ key: UInt8) {
    var key = key
    unsafe _ = write(controller, &key, 1)
  }

  deinit { close(terminal) }
}
