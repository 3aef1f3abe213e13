import Daemons
import Foundation
import Synchronization
import Testing

/// Clients of a control socket, and readers of a log, that behave badly.
@Suite struct ControlTests {
  private let path =
    FileManager.default.temporaryDirectory.path + "/c-\(UUID().uuidString.prefix(8))"

  @Test func `a request is answered, and the socket is its owner's alone`() throws {
    let server = try ControlServer(at: path) { request in
      ControlAnswer(error: "\(request.homeAddress ?? "-") \(request.forGood ?? false)")
    }
    defer { server.close() }
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(throws: DaemonError.refused("::7 true")) {
      _ = try ControlRequest(.leave, homeAddress: "::7", forGood: true).send(to: path)
    }
  }

  @Test func `a living daemon keeps its socket, and a dead one does not`() throws {
    let first = try ControlServer(at: path) { _ in ControlAnswer() }
    #expect(throws: DaemonError.runsAlready(control: path)) {
      _ = try ControlServer(at: path) { _ in ControlAnswer() }
    }
    first.close()
    #expect(throws: DaemonError.notRunning(control: path)) {
      _ = try ControlRequest(.status).send(to: path)
    }
    try dead()
    let next = try ControlServer(at: path) { _ in ControlAnswer() }
    _ = try ControlRequest(.status).send(to: path)
    next.close()
  }

  @Test func `what is no socket is left alone`() throws {
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(
      throws: DaemonError.cannotListen(
        control: path, reason: "something else than a socket is there")
    ) { _ = try ControlServer(at: path) { _ in ControlAnswer() } }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
  }

  /// Leaves a socket behind whose owner is gone.
  private func dead() throws {
    try python("import socket; s = socket.socket(socket.AF_UNIX); s.bind('\(path)'); s.listen()")
  }

  @discardableResult
  private func python(_ script: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: said, as: UTF8.self)
  }

  @Test(.timeLimit(.minutes(1))) func `who stalls or babbles is left, and others are served`()
    throws
  {
    let server = try ControlServer(at: path) { _ in ControlAnswer() }
    defer { server.close() }
    let said = try python(
      """
      import socket
      def ask(text):
          s = socket.socket(socket.AF_UNIX); s.connect('\(path)'); s.settimeout(10)
          try:
              s.sendall(text)
              return s.recv(4096).decode()
          except OSError: return 'gone'
      stalling = socket.socket(socket.AF_UNIX); stalling.connect('\(path)')
      print(ask(b'{"request":"status"}\\n'), end='')
      for text in (b'x' * 10_000_000, b'\\n', b'{}\\n', b'\\xff\\0\\n', b'[' * 4000 + b'\\n'):
          said = ask(text)
          print('no' if 'no request' in said or said in ('gone', '') else said)
      print(ask(b'{"request":"status"}\\n'), end='')
      """)
    #expect(said == "{}\nno\nno\nno\nno\nno\n{}\n")
  }

  @Test func `a log whose reader stands still drops and counts, and nobody waits`() async throws {
    let gate = DispatchSemaphore(value: 0)
    let written = Mutex("")
    let log = EventLog(capacity: 10) { lines in
      gate.wait()
      written.withLock { $0 += String(decoding: lines, as: UTF8.self) }
    }
    let start = ContinuousClock.now
    for _ in 0..<1000 { log.append(LogRecord("flood")) }
    #expect(ContinuousClock.now - start < .seconds(1))
    let dropped = log.dropCount
    #expect((980...990).contains(dropped))
    for _ in 0..<3 { gate.signal() }
    log.close()
    let text = written.withLock { $0 }
    #expect(text.contains("\"event\":\"dropped\""), "\(text)")
    #expect(text.split(separator: "\n").count > 1000 - dropped)
  }
}
