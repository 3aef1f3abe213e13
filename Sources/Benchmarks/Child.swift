import CLinux
import Dispatch
import Foundation
import Lab
import Synchronization

/// What came of a program that was run.
struct Run: Sendable, Equatable {
  /// Its exit status, or the negated number of the signal that ended it.
  var status: Int32 = 0
  /// It was ended because it took too long.
  var wasTooSlow = false
  /// From its start to its end.
  var seconds = 0.0
  /// Of all its threads, and of the kernel on their behalf.
  var processorSeconds = 0.0
  /// The most memory that it had resident at once.
  var peakBytes = 0.0
  var output = ""
  var error = ""

  /// The number before a phrase in what it wrote to standard error.
  func number(before phrase: String) -> Int? {
    guard let range = error.range(of: phrase) else { return nil }
    return error[..<range.lowerBound].split { !$0.isNumber }.last.flatMap { Int($0) }
  }

  /// The number behind a word in what it wrote.
  func number(after word: String) -> Int? {
    let words = (output + " " + error).split { $0.isWhitespace || $0 == "," || $0 == ":" }
    guard let place = words.firstIndex(where: { $0 == word }), place + 1 < words.count else {
      return nil
    }
    return Int(words[place + 1])
  }
}

/// A program that was started and is measured.
struct Child: ~Copyable {
  private let command: [String]
  private let identifier: Int32
  private let start: ContinuousClock.Instant
  private let output = ScratchFile()
  private let error = ScratchFile()

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - command: the program's absolute path and its arguments.
  ///   - terminal: becomes its standard input, output and error; nil for none of it.
  init(_ command: [String], terminal: Int32? = nil) throws(Failure) {
    self.command = command
    start = .now
    do throws(LabError) {
      identifier = try Self.start(
        command, input: terminal, output: terminal ?? output.descriptor,
        error: terminal ?? error.descriptor)
    } catch {
      throw Failure(error)
    }
  }

  /// Starts a program on a thread of its own: it dies with the thread that started it, so that this
  /// one stays until then.
  private static func start(
    _ command: [String], input: Int32?, output: Int32, error: Int32
  ) throws(LabError) -> Int32 {
    let starting = Starting()
    Thread.detachNewThread {
      do throws(LabError) {
        let identifier = try startProgram(command, input: input, output: output, error: error)
        starting.tell(.success(identifier))
        _ = program_await(identifier)
      } catch {
        starting.tell(.failure(error))
      }
    }
    return try starting.result()
  }

  /// Asks it to end.
  func interrupt() { kill(identifier, SIGINT) }

  /// The processor time that it has used so far, in seconds.
  var processorSeconds: Double {
    let status = (try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)) ?? ""
    // The fields behind the program's name, which may hold anything; from the third on.
    let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      return 0
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Waits for its end, and ends it after this time.
  consuming func wait(atMost limit: Duration = .seconds(120)) throws(Failure) -> Run {
    var run = Run()
    var usage = program_usage()
    let milliseconds = Int32(limit / .milliseconds(1))
    let result = unsafe program_measure(identifier, milliseconds, &run.status, &usage)
    guard result == 0 else { throw Failure("\(command[0]): \(reason(result))") }
    let duration = ContinuousClock.now - start
    run.seconds = duration / .seconds(1)
    run.wasTooSlow = run.status == -SIGKILL && duration >= limit
    run.processorSeconds = Double(usage.processor_nanoseconds) / 1e9
    run.peakBytes = Double(usage.peak_bytes)
    run.output = output.text
    run.error = error.text
    return run
  }

  /// Runs a program to its end.
  static func run(
    _ command: [String], atMost limit: Duration = .seconds(120)
  ) throws(Failure) -> Run {
    try Child(command).wait(atMost: limit)
  }
}

/// What a thread that starts a program tells the one that waits for that.
private final class Starting: Sendable {
  private let told = Mutex<Result<Int32, LabError>?>(nil)
  private let isTold = DispatchSemaphore(value: 0)

  func tell(_ result: Result<Int32, LabError>) {
    told.withLock { $0 = result }
    isTold.signal()
  }

  func result() throws(LabError) -> Int32 {
    isTold.wait()
    guard let result = told.withLock({ $0 }) else { return -1 }
    return try result.get()
  }
}

/// Waits.
func pause(_ duration: Duration) {
  usleep(UInt32(duration / .microseconds(1)))
}

/// A file without a name that a program writes into: nobody needs to read it meanwhile.
@safe private final class ScratchFile {
  private let file = unsafe tmpfile()

  var descriptor: Int32 {
    guard let file = unsafe file else { return -1 }
    return unsafe fileno(file)
  }

  /// The start of what was written: a megabyte is more than any program here has to say.
  var text: String {
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes[..<max(count, 0)], as: UTF8.self)
  }

  deinit {
    if let file = unsafe file { unsafe fclose(file) }
  }
}
