// The generator as a program of its own: small, static, for an initramfs with nothing else in it.
import Generator
import Glibc

/// Says why it could not be done, and ends the program.
func fail(_ message: String, status: Int32) -> Never {
  try? StandardStream.error.write("nemotop-send: " + message)
  exit(status)
}

do {
  switch try SenderArguments.parse(Array(CommandLine.arguments.dropFirst())) {
  case .help:
    try StandardStream.output.write(SenderArguments.help)
  case .send(let arguments):
    var sender = try Sender(arguments.configuration)
    Interruption.catchSignals()
    let report = try sender.run(
      interval: arguments.interval, isStopped: { Interruption.hasCome },
      // The stream goes on where nobody reads these lines.
      progress: { try? StandardStream.error.write($0.summary) })
    if !arguments.isQuiet { try StandardStream.output.write(report.summary) }
  }
} catch let error as SenderArguments.UsageError {
  fail(error.message, status: 64)
} catch let error as GeneratorError {
  fail(error.message, status: 1)
}
