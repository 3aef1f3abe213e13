// The generator as a program of its own: small, static, for an initramfs with nothing else in it.
import Generator
import Glibc

func tell(_ line: String, on descriptor: Int32) {
  var rest = Array((line + "\n").utf8)[...]
  while !rest.isEmpty {
    let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    guard written > 0 else { return }
    rest = rest.dropFirst(written)
  }
}

do {
  switch try SenderArguments.parse(Array(CommandLine.arguments.dropFirst())) {
  case .help:
    tell(SenderArguments.help, on: STDOUT_FILENO)
  case .send(let arguments):
    var sender = try Sender(arguments.configuration)
    Interruption.catchSignals()
    let report = try sender.run(
      interval: arguments.interval, isStopped: { Interruption.hasCome },
      progress: { tell($0.summary, on: STDERR_FILENO) })
    if !arguments.isQuiet { tell(report.summary, on: STDOUT_FILENO) }
  }
} catch let error as SenderArguments.UsageError {
  tell("nemotop-send: " + error.message, on: STDERR_FILENO)
  exit(64)
} catch let error as GeneratorError {
  tell("nemotop-send: " + error.message, on: STDERR_FILENO)
  exit(1)
}
