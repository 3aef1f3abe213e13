import Lab
import Shuttle

/// The serial console of a virtual machine, by the lines that its first program writes and reads.
final class GuestConsole: Sendable {
  /// What the first program of a guest says.
  enum Line: Sendable, Equatable {
    case ready
    /// A line of the sender's.
    case said(String)
    /// The sender ended.
    case ended
    case failed(String)
    /// A host's command ended with this status.
    case done(Int32)
    /// What is of the kernel's, or of nobody's.
    case other(String)

    init(_ text: String) {
      guard text.hasPrefix(GuestInit.prefix) else {
        self = .other(text)
        return
      }
      let words = text.dropFirst(GuestInit.prefix.count).split(separator: " ", maxSplits: 1)
      let rest = words.count > 1 ? String(words[1]) : ""
      switch words.first {
      case "ready": self = .ready
      case "said": self = .said(rest)
      case "ended": self = .ended
      case "failed": self = .failed(rest)
      case "done": self = Int32(rest).map(Line.done) ?? .other(text)
      default: self = .other(text)
      }
    }
  }

  private let socket: LocalSocket
  private let reading: Task<Void, Never>

  /// Connects as soon as the machine listens.
  static func open(
    of machine: VirtualMachine, telling tell: @escaping @Sendable (Line) async -> Void
  ) async throws -> GuestConsole {
    let deadline = ContinuousClock.now + .seconds(10)
    while true {
      do throws(LocalSocket.Failure) {
        return try GuestConsole(path: machine.console, telling: tell)
      } catch {
        guard machine.process.ending == nil, ContinuousClock.now < deadline else {
          await machine.end()
          throw ExperimentError.guestFailed(machine.complaint ?? "QEMU opens no console")
        }
        await pause(.milliseconds(5))
      }
    }
  }

  /// Connects, and hands over what is said, line by line, until the machine ends.
  init(
    path: String, telling tell: @escaping @Sendable (Line) async -> Void
  ) throws(LocalSocket.Failure) {
    let socket = try LocalSocket(path: path)
    self.socket = socket
    reading = Task {
      var rest: [UInt8] = []
      while !Task.isCancelled, let bytes = try? socket.receive() {
        rest += bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          let line = rest[..<end].filter { $0 >= 0x20 }
          await tell(Line(String(decoding: line, as: UTF8.self)))
          rest.removeSubrange(...end)
        }
        if bytes.isEmpty { try? await Task.sleep(for: .milliseconds(10)) }
      }
    }
  }

  deinit { reading.cancel() }

  /// Writes a line. Lines are short: the machine's own buffer has room.
  func write(_ line: String) throws(LocalSocket.Failure) {
    _ = try socket.send(Array("\(line)\n".utf8))
  }
}
