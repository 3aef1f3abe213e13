import Foundation

/// What the figures were measured on.
struct Machine: Sendable, Equatable {
  var processor: String
  var cores: Int
  var isVirtual: Bool
  var memoryBytes: Double
  var kernel: String
  /// Names with versions, those that are missing without.
  var programs: [String]

  /// This machine.
  static func current() -> Machine {
    let processors = text(of: "/proc/cpuinfo")
    let memory = value(of: "MemTotal", in: text(of: "/proc/meminfo")) ?? ""
    let kilobytes = memory.split(separator: " ").first.flatMap { Double($0) } ?? 0
    let libpcap = (try? Program.own("PcapLoop")).flatMap { try? Child.run([$0]).output }
    let peers = Peer.allCases.map { peer in
      peer.path == nil ? "no \(peer)" : "\(peer) \(peer.version ?? "of unknown version")"
    }
    return Machine(
      processor: value(of: "model name", in: processors) ?? "unknown processor",
      cores: ProcessInfo.processInfo.activeProcessorCount,
      isVirtual: (value(of: "flags", in: processors) ?? "").split(separator: " ")
        .contains("hypervisor"),
      memoryBytes: kilobytes * 1024,
      kernel: text(of: "/proc/sys/kernel/osrelease").trimmingCharacters(in: .newlines),
      programs: ["libpcap \(libpcap.flatMap(Program.version) ?? "of unknown version")"] + peers)
  }

  /// How many threads have been running on the average of the last minute; nil where the kernel does
  /// not tell.
  static var load: Double? {
    text(of: "/proc/loadavg").split(separator: " ").first.flatMap { Double($0) }
  }

  /// One paragraph.
  var description: String {
    let kind = isVirtual ? " (a virtual machine)" : ""
    let memory = Goal.text(memoryBytes / 1_073_741_824)
    return
      "\(processor), \(cores) \(cores == 1 ? "core" : "cores")\(kind), \(memory) GiB of memory, "
      + "Linux \(kernel); \(programs.joined(separator: ", "))."
  }

  /// What follows the first line's `name:`.
  static func value(of name: String, in text: String) -> String? {
    for line in text.split(separator: "\n") {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2, halves[0].trimmingCharacters(in: .whitespaces) == name else {
        continue
      }
      return halves[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }

  private static func text(of path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}
