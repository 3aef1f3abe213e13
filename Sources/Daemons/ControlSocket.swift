import Foundation
import Glibc
import Synchronization

/// Where a daemon is asked how it goes and told of guests: one line of JSON each way, for its owner alone.
///
/// Clients are served on a thread of its own, one after the other, each within a second: what one of them does
/// delays other clients, and never the daemon.
package final class ControlServer: Sendable {
  /// The longest request, and the time for it and its answer, in milliseconds.
  private static let capacity = 4096
  private static let patience: Int32 = 1000

  private let path: String
  private let isClosed = Mutex(false)

  /// Takes the place of a daemon that is gone, but not of one that still answers.
  package init(
    at path: String, answering answer: @escaping @Sendable (ControlRequest) -> ControlAnswer
  ) throws(DaemonError) {
    self.path = path
    var listener = openStream(at: path, isListening: true)
    if listener == -EADDRINUSE {
      guard isSocket(path) else {
        throw .cannotListen(control: path, reason: "something else than a socket is there")
      }
      let other = openStream(at: path, isListening: false)
      if other >= 0 { Glibc.close(other) }
      guard other == -ECONNREFUSED else { throw .runsAlready(control: path) }
      removeName(path)
      listener = openStream(at: path, isListening: true)
    }
    guard listener >= 0 else {
      throw .cannotListen(control: path, reason: reason(of: -listener))
    }
    let descriptor = listener
    let thread = Thread { [self] in
      while !isClosed.withLock({ $0 }) {
        guard wait(for: descriptor, writing: false, milliseconds: 200) else { continue }
        let client = acceptClient(descriptor)
        guard client >= 0 else {
          // No descriptors are left: there may be some soon.
          if client != -EAGAIN { usleep(100_000) }
          continue
        }
        Self.serve(client, answer)
        Glibc.close(client)
      }
      Glibc.close(descriptor)
    }
    thread.name = "control"
    thread.start()
  }

  package func close() {
    isClosed.withLock { $0 = true }
    removeName(path)
  }

  private static func serve(_ client: Int32, _ answer: (ControlRequest) -> ControlAnswer) {
    let line = ControlStream.line(from: client, capacity: capacity, within: patience)
    let request = line.flatMap { ControlCoding.decode(ControlRequest.self, $0) }
    let reply = request.map(answer) ?? ControlAnswer(error: "no request in one line of JSON")
    _ = ControlStream.send(ControlCoding.encode(reply), to: client, within: patience)
  }
}

/// Lines on a socket, within a time.
enum ControlStream {
  /// The first line; nil where none comes whole.
  static func line(from descriptor: Int32, capacity: Int, within milliseconds: Int32) -> [UInt8]? {
    let end = ContinuousClock.now + .milliseconds(Int(milliseconds))
    var bytes: [UInt8] = []
    while ContinuousClock.now < end {
      guard wait(for: descriptor, writing: false, milliseconds: 50) else { continue }
      let (more, code) = receiveSome(from: descriptor, capacity: 65_536)
      guard code == 0 || code == EAGAIN else { return nil }
      bytes += more
      if let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        return newline <= capacity ? Array(bytes[..<newline]) : nil
      }
      guard code == EAGAIN || !more.isEmpty, bytes.count <= capacity else { return nil }
    }
    return nil
  }

  static func send(_ bytes: [UInt8], to descriptor: Int32, within milliseconds: Int32) -> Bool {
    let end = ContinuousClock.now + .milliseconds(Int(milliseconds))
    var rest = bytes[...]
    while !rest.isEmpty, ContinuousClock.now < end {
      let count = sendSome(Array(rest.prefix(65_536)), to: descriptor)
      if count >= 0 { rest = rest.dropFirst(count) } else if count != -Int(EAGAIN) { return false }
      if count < 0 { _ = wait(for: descriptor, writing: true, milliseconds: 50) }
    }
    return rest.isEmpty
  }
}

extension ControlRequest {
  /// Asks the daemon at a control socket.
  package func send(to path: String) throws(DaemonError) -> ControlAnswer {
    let descriptor = openStream(at: path, isListening: false)
    guard descriptor >= 0 else {
      throw -descriptor == EACCES || -descriptor == EPERM
        ? .noPermission(control: path) : .notRunning(control: path)
    }
    defer { Glibc.close(descriptor) }
    guard ControlStream.send(ControlCoding.encode(self), to: descriptor, within: 5000),
      let line = ControlStream.line(from: descriptor, capacity: 64 << 20, within: 5000),
      let answer = ControlCoding.decode(ControlAnswer.self, line)
    else { throw .noAnswer(control: path) }
    if let error = answer.error { throw .refused(error) }
    return answer
  }
}
