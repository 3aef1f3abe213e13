import Lab

/// nemotop-send, as fast as it goes.
struct Flood {
  var size: Int
  var seconds: Int
  /// `on` or `off`.
  var offload: String

  static let port = 5004
  static let destination = "[\(Link.End.receiver.address)]:\(port)"

  func run(over link: Link) throws(Failure) {
    try nemotopSend(
      [
        "--size", "\(size)", "--rate", "max", "--duration", "\(seconds)s", "--offload", offload,
      ], seconds: seconds, over: link)
  }
}

/// Runs nemotop-send to its end.
func nemotopSend(_ options: [String], seconds: Int, over link: Link) throws(Failure) {
  let command = link.command(
    [try Program.own("nemotop-send"), Flood.destination, "--quiet"] + options, at: .sender)
  let run = try Child.run(command, atMost: .seconds(seconds + 10))
  guard run.status == 0 else { throw Failure("nemotop-send failed: \(run.error)") }
}

/// iperf3, with its server at the receiver.
struct Iperf3 {
  var size: Int
  var seconds: Int
  /// 0 for as fast as it goes.
  var bitsPerSecond: Int

  func run(over link: Link) throws(Failure) {
    let program = try Program.needed("iperf3")
    let server = try Child(link.command([program, "-s", "-1"], at: .receiver))
    pause(.milliseconds(300))
    let client = try Child.run(
      link.command(
        [
          program, "-u", "-b", "\(bitsPerSecond)", "-l", "\(size)", "-t", "\(seconds)", "-c",
          Link.End.receiver.address,
        ], at: .sender), atMost: .seconds(seconds + 10))
    if client.status != 0 { server.interrupt() }
    _ = try server.wait(atMost: .seconds(5))
    guard client.status == 0 else { throw Failure("iperf3 failed: \(client.output)") }
  }
}
