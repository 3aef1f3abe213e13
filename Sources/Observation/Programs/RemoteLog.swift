import Capture
import Streams
import Wire

/// The line for the shell that lets nemotop observe an interface of another host.
enum RemoteLog {
  /// How OpenSSH is called: it asks nothing, and finds out within seconds that a host is gone.
  private static let options =
    "-T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=3 -o ServerAliveCountMax=3 "
    + "-o ClearAllForwardings=yes"

  static func line(
    host: String, interface: String, point: Point, options: ObservationOptions,
    counting: CountingOptions
  ) -> String {
    var words = [
      "log", "\(point.name)@\(point.role.rawValue)=\(interface)", "--jsonl", "-", "--quiet",
      "--answer-clock", "--interval", time(counting.interval), "--left-after",
      time(counting.leftAfter), "--gap-over", time(counting.gapOver), "--snaplen",
      "\(options.snapshotLength)", "--capture", options.captureMethod.rawValue,
    ]
    if !counting.decapsulation.isEmpty { words += ["--decap", "\(counting.decapsulation)"] }
    if let filter = options.filter { words += ["--filter", filter] }
    let command = options.remoteProgram + " " + words.map(\.shellQuoted).joined(separator: " ")
    return "exec \(options.ssh) \(Self.options) -- \(host.shellQuoted) \(command.shellQuoted)"
  }

  private static func time(_ duration: Duration) -> String { "\(duration.wholeNanoseconds)ns" }
}
