import Capture
import Glibc
import Streams
import Wire

// The engine alone, in a process of its own, for `Benchmarks`: counts a capture file and visits each
// flow of each interval. It prints the packets, the most flows of one interval, the numbers that never
// came, and the bytes of anonymous memory at the end.

/// What one table counted in one interval.
struct Harvest: Sendable {
  var start: Int64
  var packets = 0
  var flows = 0
  var lost = 0
}

func count(_ file: String, cores: Int?) throws(CaptureError) -> String {
  let counter = try FileCounter(
    point: Point(name: "benchmark"), path: file, options: CountingOptions(),
    workerCount: cores
  ) { table, interval in
    var harvest = Harvest(start: interval.start.nanoseconds)
    table.forEachFlow { packets, lost in
      harvest.packets += packets
      harvest.flows += 1
      harvest.lost += lost
    }
    return harvest
  }
  var (packets, lost) = (0, 0)
  var flows: [Int64: Int] = [:]
  func take(_ harvests: [[Harvest]]) {
    for harvest in harvests.joined() {
      packets += harvest.packets
      lost += harvest.lost
      flows[harvest.start, default: 0] += harvest.flows
    }
  }
  while !counter.hasEnded { take(counter.read() ?? []) }
  let report = counter.report
  if let failure = report.failure { throw failure }
  if let last = report.last { take(counter.finish(at: last)) }
  // The tables are still there.
  let memory = withExtendedLifetime(counter) { anonymousMemory() }
  return "packets \(packets) flows \(flows.values.max() ?? 0) lost \(lost) anonymous \(memory)"
}

/// The anonymous memory that this process has resident, in bytes; 0 where the kernel does not tell.
func anonymousMemory() -> Int {
  let file = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return 0 }
  defer { close(file) }
  var bytes = [UInt8](repeating: 0, count: 8192)
  let count = unsafe read(file, &bytes, bytes.count)
  let text = String(decoding: bytes[..<max(count, 0)], as: UTF8.self)
  let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon") }
  let kilobytes = line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) }
  return (kilobytes ?? 0) * 1024
}

/// Ends the program with one line on standard error.
func fail(_ line: String, status: Int32) -> Never {
  let bytes = Array("CountLoop: \(line)\n".utf8)
  _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
  exit(status)
}

let arguments = CommandLine.arguments
guard 2...3 ~= arguments.count, arguments.count == 2 || ["1", "2", "4", "8"].contains(arguments[2])
else { fail("wants one capture file, and perhaps 1, 2, 4 or 8 cores", status: 64) }
do throws(CaptureError) {
  print(try count(arguments[1], cores: arguments.count == 3 ? Int(arguments[2]) : nil))
} catch {
  fail("\(error)", status: 1)
}
