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

  @Option(help: "Length of an interval, from 10ms up.", transform: duration)
  var interval: Duration = .seconds(1)

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
    help: "A silence after which a stream has left, or 20 of its spacings if that is longer.",
    transform: duration)
  var leftAfter: Duration = .seconds(1)

  @Option(help: "A silence that is a gap, or 5 spacings if that is longer.", transform: duration)
  var gapOver: Duration = .milliseconds(50)

  @Option(
    help: ArgumentHelp(
      "Look for streams in these tunnels over UDP too: geneve, teredo, or both with a comma.",
      valueName: "tunnels"),
    transform: decapsulation)
  var decap: Decapsulation = []

  func validate() throws {
    guard interval >= .milliseconds(10) else {
      throw ValidationError("--interval is too short: 10ms is the least")
    }
    guard (64...262_144).contains(snaplen) else {
      throw ValidationError("--snaplen \(snaplen) is out of range: 64 to 262144 bytes")
    }
    guard leftAfter > .zero, gapOver > .zero else {
      throw ValidationError("--left-after and --gap-over want a time above zero, such as 1s")
    }
  }

  var options: ObservationOptions {
    var options = ObservationOptions()
    options.counting = CountingOptions(
      interval: interval, leftAfter: leftAfter, gapOver: gapOver, decapsulation: decap)
    options.filter = filter
    options.snapshotLength = snaplen
    options.captureMethod = capture
    return options
  }

  /// Opens the sources.
  func open() throws -> Observation {
    let sources = try sources.map { try Source(parsing: $0, files: Self.kind(of:)) }
    return try Observation(sources: sources, options: options)
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
