import Glibc
import Records
import Subprocess
import Synchronization
import Wire

/// Runs a line of the shell, again whenever it ends in another way than well, and asks it for the time.
///
/// It gets no signal from the terminal, and cannot read from it. Once its output has ended it is given
/// a moment, and then ended, with all that it started in its session.
final class ProgramRunner: Sendable {
  private struct State {
    var events: [ProgramEvent] = []
    var bytes = 0
    var isOver = false
    var isStopping = false
    /// The run that is under way.
    var work: Task<Void, Never>?
  }

  /// What may wait to be taken before no more is read.
  private static let capacity = 16 << 20
  private static let tick = Duration.milliseconds(100)
  /// What is left to a program to end by itself.
  private static let grace = Duration.seconds(3)

  private let line: String
  private let wake: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameter wake: called whenever there is something to take, and some times a second.
  init(line: String, wake: @escaping @Sendable () -> Void) {
    self.line = line
    self.wake = wake
    // A program that does not read is no reason to end.
    signal(SIGPIPE, SIG_IGN)
    Task.detached { await self.run() }
    Task.detached {
      while !self.isOver {
        // All of them at the same moments: one look at all sources is enough.
        let now = Timestamp.now
        try? await Task.sleep(for: now.aligned(to: Self.tick) + Self.tick - now)
        wake()
      }
    }
  }

  /// What has happened since this was asked last.
  func take() -> [ProgramEvent] {
    state.withLock { state in
      defer { (state.events, state.bytes) = ([], 0) }
      return state.events
    }
  }

  /// Whether it will not be run again, and everything that happened was told.
  var isOver: Bool { state.withLock(\.isOver) }

  /// Ends this run: another follows.
  func abort() { state.withLock(\.work)?.cancel() }

  /// Asks it to end for good: by the end of its input, and by a signal where that is not heard.
  func stop(hearsInput: Bool) {
    state.withLock { $0.isStopping = true }
    if hearsInput { endSoon() } else { abort() }
  }

  private var isStopping: Bool { state.withLock(\.isStopping) }

  private func put(_ event: ProgramEvent, bytes: Int = 0) {
    state.withLock { state in
      state.events.append(event)
      state.bytes += bytes
    }
    wake()
  }

  private func run() async {
    var backOff = BackOff()
    while !isStopping {
      let start = Timestamp.now
      put(.began(start))
      let ending = await runOnce()
      put(.ended(ending, .now))
      if ending.reason == nil { break }
      if Timestamp.now - start > BackOff.most { backOff = BackOff() }
      let end = Timestamp.now + backOff.next()
      while !isStopping, Timestamp.now < end { try? await Task.sleep(for: Self.tick) }
    }
    state.withLock { $0.isOver = true }
    wake()
  }

  private func runOnce() async -> ProgramEnding {
    await withCheckedContinuation { (done: CheckedContinuation<ProgramEnding, Never>) in
      let work = Task { [self] in done.resume(returning: await execute()) }
      let isStopping = state.withLock { state in
        state.work = work
        return state.isStopping
      }
      if isStopping { work.cancel() }
    }
  }

  private func execute() async -> ProgramEnding {
    guard DescriptorBudget.shared.take() else {
      return .notStarted(
        "too many files are open: raise the limit (ulimit -n), or name fewer sources")
    }
    defer { DescriptorBudget.shared.giveBack() }
    let said = LastLine()
    let group = Mutex<pid_t?>(nil)
    defer { group.withLock(\.self).map(Watchdog.shared.ended(group:)) }
    do {
      let result = try await Subprocess.run(
        .name("sh"), arguments: ["-c", line], platformOptions: Self.apart,
        input: .inputWriter, output: .sequence, error: .sequence
      ) { execution in
        let leader = execution.processIdentifier.value
        group.withLock { $0 = leader }
        Watchdog.shared.began(group: leader)
        await withTaskGroup(of: Bool.self) { group in
          group.addTask {
            try? await self.read(execution.standardOutput)
            return true
          }
          group.addTask {
            try? await self.ask(execution.standardInputWriter)
            return false
          }
          group.addTask {
            try? await said.read(execution.standardError)
            return false
          }
          // Another program that holds the standard error open does not hold this up.
          for await isOutput in group where isOutput { break }
          group.cancelAll()
        }
        self.endSoon()
      }
      if let leader = group.withLock(\.self) { await Self.endRest(of: leader) }
      switch result.terminationStatus {
      case .exited(let status): return .exited(Int(status), said: said.text)
      case .signaled(let signal): return .killed(signal: Int(signal), said: said.text)
      }
    } catch {
      return .notStarted("\(error)")
    }
  }

  /// Ends what its leader left behind of a group of processes.
  private static func endRest(of group: pid_t) async {
    guard kill(-group, SIGTERM) == 0 else { return }
    kill(-group, SIGCONT)
    let end = Timestamp.now + .seconds(1)
    // Also where this run was cancelled, which a sleep of its own would hear of.
    while kill(-group, 0) == 0, Timestamp.now < end {
      await Task.detached { try? await Task.sleep(for: .milliseconds(20)) }.value
    }
    kill(-group, SIGKILL)
  }

  private func read(_ output: SubprocessOutputSequence) async throws {
    for try await buffer in output {
      // Another program may go on writing to it for ever.
      try Task.checkCancellation()
      let now = Timestamp.now
      let bytes = unsafe buffer.withUnsafeBytes { unsafe [UInt8]($0) }
      put(.output(bytes, now), bytes: bytes.count)
      while state.withLock(\.bytes) > Self.capacity, !isStopping {
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  /// Asks for the time: some times at once, so that one of the answers was fast, then once a second.
  private func ask(_ input: StandardInputWriter) async throws {
    var count = 0
    while !isStopping {
      _ = try await input.write([UInt8](ClockRequest(sent: .now).json.utf8))
      count += 1
      for _ in 0..<(count < 5 ? 1 : 10) where !isStopping { try await Task.sleep(for: Self.tick) }
    }
    try await input.finish()
    endSoon()
  }

  /// Ends the run that is under way, unless it ends by itself within a moment.
  private func endSoon() {
    let work = state.withLock(\.work)
    Task.detached {
      try? await Task.sleep(for: Self.grace)
      work?.cancel()
    }
  }

  /// In a session of its own.
  private static var apart: PlatformOptions {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
    ]
    return options
  }
}

/// The last line of a text that comes in pieces, cut where it is long.
private final class LastLine: Sendable {
  private static let capacity = 500

  private let line = Mutex(Line())

  private struct Line {
    var whole: [UInt8] = []
    var partial: [UInt8] = []
  }

  func read(_ output: SubprocessOutputSequence) async throws {
    for try await buffer in output {
      line.withLock { line in
        for byte in unsafe buffer.withUnsafeBytes({ unsafe [UInt8]($0) }) {
          if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            if !line.partial.isEmpty { line.whole = line.partial }
            line.partial = []
          } else if line.partial.count < Self.capacity {
            line.partial.append(byte)
          }
        }
      }
      // What is there when the output ends is read; another program may go on writing for ever.
      try Task.checkCancellation()
    }
  }

  var text: String {
    let bytes = line.withLock { $0.partial.isEmpty ? $0.whole : $0.partial }
    return String(decoding: bytes, as: UTF8.self).asLine
  }
}
