import ArgumentParser
import Capture
import Foundation
import Observation
import Streams
import Wire

/// What monitor, log and analyze take alike.
struct ObservationArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("Where the data come from.", valueName: "source"))
  var sources: [String]

  @Option(
    help: "Length of an interval, from 10ms up (default: 1s, or as a kept capture was counted).",
    transform: duration)
  var interval: Duration?

  @Option(help: ArgumentHelp("Count only packets that match (pcap-filter(7)).", valueName: "bpf"))
  var filter: String?

  @Option(help: "Bytes captured of a frame at the most.")
  var snaplen = 256

  @Option(
    help: ArgumentHelp(
      "How interfaces are captured: ring counts super-packets as what they are on the wire; "
        + "libpcap knows more link types and marks what it cannot count as blind.",
      valueName: "method"))
  var capture = CaptureMethod.auto

  @Option(
    help: ArgumentHelp(
      "A silence after which a stream has left, or 20 of its spacings if that is longer "
        + "(default: 1s, or as kept)."),
    transform: duration)
  var leftAfter: Duration?

  @Option(
    help: "A silence that is a gap, or 5 spacings if that is longer (default: 50ms, or as kept).",
    transform: duration)
  var gapOver: Duration?

  @Option(
    help: ArgumentHelp(
      "Look for streams in these tunnels over UDP too: geneve, teredo, or both with a comma "
        + "(default: none, or as kept).",
      valueName: "tunnels"),
    transform: decapsulation)
  var decap: Decapsulation?

  @Option(
    help: ArgumentHelp(
      "The most that the clocks of two hosts are apart, where nothing in the data tells it."),
    transform: duration)
  var clockBound: Duration?

  @Option(
    help: ArgumentHelp(
      "How OpenSSH is called for ssh: sources, with options where it needs any.",
      valueName: "command"))
  var ssh = "ssh"

  @Option(
    help: ArgumentHelp(
      "How nemotop is called on the hosts of ssh: sources, such as 'sudo nemotop'.",
      valueName: "command"))
  var remoteProgram = "nemotop"

  func validate() throws {
    guard interval ?? .seconds(1) >= .milliseconds(10) else {
      throw ValidationError("--interval is too short: 10ms is the least")
    }
    for (option, command) in [("--ssh", ssh), ("--remote-program", remoteProgram)]
    where command.allSatisfy(\.isWhitespace) {
      throw ValidationError("\(option) is empty: name a command, or leave it out")
    }
    guard (64...262_144).contains(snaplen) else {
      throw ValidationError("--snaplen \(snaplen) is out of range: 64 to 262144 bytes")
    }
    guard [leftAfter, gapOver].allSatisfy({ $0.map { $0 > .zero } ?? true }) else {
      throw ValidationError("--left-after and --gap-over want a time above zero, such as 1s")
    }
  }

  var options: ObservationOptions {
    var options = ObservationOptions()
    options.interval = interval
    options.leftAfter = leftAfter
    options.gapOver = gapOver
    options.decapsulation = decap
    options.filter = filter
    options.snapshotLength = snaplen
    options.captureMethod = capture
    options.clockBound = clockBound
    options.ssh = ssh
    options.remoteProgram = remoteProgram
    return options
  }

  /// Opens the sources.
  ///
  /// - Parameter path: a file that keeps the packets of the live ones.
  func open(keepingIn path: String? = nil) throws -> Observation {
    var options = options
    options.keeper = try path.map(CaptureKeeper.init(file:))
    return try open(options: options)
  }

  /// Opens the sources with options that go beyond these.
  func open(options: ObservationOptions) throws -> Observation {
    return try Observation(sources: parsed(), options: options)
  }

  private func parsed() throws -> [Source] {
    try sources.map { try Source(parsing: $0, files: Self.kind(of:)) }
  }

  /// Finds out whether the sources can be played in time.
  ///
  /// - Throws: `Failure` where one is live.
  func checkReplay() throws {
    for (text, source) in zip(sources, try parsed()) {
      switch source.kind {
      case .capture, .recording: continue
      case .interface, .program, .remote:
        throw Failure(
          "\(text) is live and cannot be played at a speed: leave out --speed, or give captures "
            + "and recordings alone")
      }
    }
  }

  /// Whether the sources give the same each time that they are read: no pipe does.
  var areRepeatable: Bool {
    get throws {
      try parsed().allSatisfy { source in
        switch source.kind {
        case .interface, .program, .remote: false
        case .capture(let path), .recording(let path):
          (try? URL(fileURLWithPath: path).resolvingSymlinksInPath().resourceValues(
            forKeys: [.isRegularFileKey, .isDirectoryKey]))
            .map { $0.isRegularFile == true || $0.isDirectory == true } ?? false
        }
      }
    }
  }

  private static func kind(of path: String) -> Source.FileKind {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      return .absent
    }
    return isFolder.boolValue ? .folder : .file
  }
}

extension CaptureMethod: ExpressibleByArgument {}
