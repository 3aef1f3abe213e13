import ArgumentParser
import Capture
import Glibc
import Streams
import Wire

/// `Benchmarks count`: the engine alone, in a process of its own, as the other parts start it.
struct CountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Count a capture file with the engine alone, and visit each flow of each interval.",
    discussion: """
      Prints the packets, the most flows of one interval, the numbers that never came, and the bytes \
      of anonymous memory at the end.

      Example:
        Benchmarks count a.pcap
      """)

  @Argument(help: "A capture file (pcap or pcapng).")
  var file: String

  func run() throws {
    do throws(CaptureError) {
      print(try Count(of: file).line)
    } catch {
      throw Failure(error, of: file)
    }
  }
}

/// What the engine counted in a file.
struct Count: Sendable, Equatable {
  var packets = 0
  /// The most in one interval.
  var flows = 0
  var lost = 0
  /// Of this process when all was counted.
  var anonymousBytes = 0

  /// What one table counted in one interval.
  private struct Harvest: Sendable {
    var start: Int64
    var packets = 0
    var flows = 0
    var lost = 0
  }

  init(packets: Int, flows: Int, lost: Int) {
    self.packets = packets
    self.flows = flows
    self.lost = lost
  }

  init(of file: String) throws(CaptureError) {
    let counter = try FileCounter(
      point: Point(name: "benchmark"), path: file, options: CountingOptions()
    ) { table, interval in
      var harvest = Harvest(start: interval.start.nanoseconds)
      table.forEachFlow { packets, lost in
        harvest.packets += packets
        harvest.flows += 1
        harvest.lost += lost
      }
      return harvest
    }
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
    self.flows = flows.values.max() ?? 0
    // The tables are still there.
    anonymousBytes = withExtendedLifetime(counter) { anonymousMemory() }
  }

  /// As the command prints it, each number behind its word.
  var line: String {
    "packets \(packets) flows \(flows) lost \(lost) anonymous \(anonymousBytes)"
  }

  /// What a run of the command says that differs from what there is; nil where nothing does.
  func flaw(of run: Run) -> String? {
    for (word, expected) in [("packets", packets), ("flows", flows), ("lost", lost)] {
      let found = run.number(after: word)
      if found != expected {
        return "it counted \(found.map(String.init) ?? "no") \(word), and there are \(expected)"
      }
    }
    return nil
  }
}

extension Workload {
  /// What is to be counted in it.
  var count: Count { Count(packets: packets, flows: flows, lost: lost) }
}

/// The anonymous memory that this process has resident, in bytes; 0 where the kernel does not tell.
private func anonymousMemory() -> Int {
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
