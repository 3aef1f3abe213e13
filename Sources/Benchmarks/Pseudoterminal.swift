import CLinux
import Foundation
import Synchronization

/// A terminal of our own for a program that draws, with somebody at the other end who reads all of it.
final class Pseudoterminal: Sendable {
  /// What a key or the data made a program draw.
  struct Redraw: Sendable {
    /// From the key to the last byte, in milliseconds.
    var milliseconds: Double
    var bytes: Int
  }

  private struct Drawn {
    var bytes = 0
    /// When the last of them came.
    var last = ContinuousClock.now
    /// When a picture with the program's name in it came.
    var picture: ContinuousClock.Instant?
  }

  private let controller: Int32
  /// Becomes the program's standard input, output and error.
  let terminal: Int32
  private let drawn = Mutex(Drawn())

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
        self?.take(bytes[..<count])
      }
      close(source)
    }
  }

  private func take(_ bytes: ArraySlice<UInt8>) {
    drawn.withLock { drawn in
      drawn.bytes += bytes.count
      drawn.last = .now
      let isPicture = drawn.picture == nil && bytes.firstRange(of: Array("nemotop".utf8)) != nil
      if isPicture { drawn.picture = drawn.last }
    }
  }

  /// How many bytes the program has drawn.
  var drawnBytes: Int { drawn.withLock { $0.bytes } }

  /// When the first picture came, waited for at most 10 s.
  func firstPicture() throws(Failure) -> ContinuousClock.Instant {
    for _ in 0..<10_000 {
      if let picture = drawn.withLock({ $0.picture }) { return picture }
      pause(.milliseconds(1))
    }
    throw Failure("no picture came in 10 s")
  }

  /// Waits for something to be drawn, and for it to end.
  ///
  /// - Parameter start: When it was asked for.
  func redraw(since start: ContinuousClock.Instant, beyond before: Int) throws(Failure) -> Redraw {
    for _ in 0..<10_000 {
      let now = drawn.withLock { $0 }
      // A picture is written at once; between two there is much more time than this.
      if now.bytes > before, ContinuousClock.now - now.last > .milliseconds(30) {
        return Redraw(
          milliseconds: (now.last - start) / .milliseconds(1), bytes: now.bytes - before)
      }
      pause(.milliseconds(1))
    }
    throw Failure("nothing was drawn in 10 s")
  }

  /// Waits for what the data make it draw next.
  func redraw() throws(Failure) -> Redraw { try redraw(since: .now, beyond: drawnBytes) }

  /// Presses a key, and waits for what it makes the program draw.
  func redraw(pressing key: UInt8) throws(Failure) -> Redraw {
    let before = drawnBytes
    let start = ContinuousClock.now
    press(key)
    return try redraw(since: start, beyond: before)
  }

  /// Presses a key.
  func press(_ key: UInt8) {
    var key = key
    unsafe _ = write(controller, &key, 1)
  }

  deinit { close(terminal) }
}
