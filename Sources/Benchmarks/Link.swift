import Lab

/// Two network namespaces of this program's own, joined by a pair of virtual Ethernet interfaces.
///
/// Datagrams of 64 bytes or more go no further than into the receiver's interface, whoever sends them:
/// what is measured ends where a wire would, and no program's receiver takes part in it.
struct Link: Sendable {
  enum End: String, Sendable {
    case sender, receiver

    var address: String { self == .sender ? "fd00::1" : "fd00::2" }
  }

  /// What the interface is called at either end.
  static let interface = "eth0"
  /// Bytes of a frame before the UDP payload.
  static let headerBytes = 62

  private let enter: String

  /// Starts this program anew in namespaces of its own, in which nothing of the machine's networks is
  /// seen or touched; returns where that has happened.
  static func enterWorld() async throws(Failure) {
    do throws(LabError) {
      try await PrivateWorld.enter()
      // Softflowd exports to an address of this machine.
      _ = try await World.own.run(["ip", "link", "set", "lo", "up"])
    } catch {
      throw Failure(error)
    }
  }

  /// Makes the link for as long as the closure runs.
  static func use<Result>(
    _ body: (Link) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let link = Link(enter: try Program.needed("nsenter"))
    try await configure(creation)
    for (end, lines) in settings { try await configure(lines, at: end) }
    try await drop()
    let result: Result
    do throws(Failure) {
      result = try await body(link)
    } catch {
      try await configure(removal)
      throw error
    }
    try await configure(removal)
    return result
  }

  /// Runs lines through `ip -batch`.
  private static func configure(_ lines: [String], at end: End? = nil) async throws(Failure) {
    do throws(LabError) {
      let place = end.map { ["-n", "\($0)"] } ?? []
      let input = lines.joined(separator: "\n") + "\n"
      _ = try await World.own.run(["ip"] + place + ["-batch", "-"], input: input)
    } catch {
      throw Failure(error)
    }
  }

  private static let creation = [
    "netns add sender", "netns add receiver",
    "link add \(interface) netns sender address \(hardwareAddress(of: .sender)) type veth "
      + "peer name \(interface) netns receiver address \(hardwareAddress(of: .receiver))",
  ]

  /// Addresses and neighbours are set by hand, so that only what is measured goes over the link.
  private static let settings = [(End.sender, End.receiver), (.receiver, .sender)].map {
    end, other in
    (
      end,
      [
        "link set lo up", "address add \(end.address)/64 dev \(interface) nodad",
        "link set \(interface) up",
        "neighbour add \(other.address) dev \(interface) lladdr \(hardwareAddress(of: other))",
      ]
    )
  }

  private static func hardwareAddress(of end: End) -> String {
    "02:00:00:00:00:0\(end == .sender ? 1 : 2)"
  }

  /// Throws datagrams away behind the interface, where captures have seen them; shorter ones, such as
  /// those that iperf3 begins with, pass.
  private static func drop() async throws(Failure) {
    let rules = """
      table netdev benchmark {
        chain arriving {
          type filter hook ingress device "\(interface)" priority 0
          meta l4proto udp meta length > 100 drop
        }
      }
      """
    do throws(LabError) {
      _ = try await World.own.run(["nft", "-f", "-"], in: "\(End.receiver)", input: rules)
    } catch {
      throw Failure(error)
    }
  }

  private static let removal = ["netns delete sender", "netns delete receiver"]

  /// The command line that runs a program at one end.
  func command(_ command: [String], at end: End) -> [String] {
    [enter, "--net=/run/netns/\(end)", "--"] + command
  }

  /// What the kernel counted at one end's interface.
  func counters(at end: End) async throws(Failure) -> InterfaceCounters {
    do throws(LabError) {
      let text = try await World.own.run(["cat", "/proc/net/dev"], in: "\(end)")
      guard let counters = InterfaceCounters(interface: Self.interface, in: text) else {
        throw .commandFailed(command: "/proc/net/dev", reason: "no interface \(Self.interface)")
      }
      return counters
    } catch {
      throw Failure(error)
    }
  }
}

extension InterfaceCounters {
  /// The datagrams of this payload that came since, segments of super-packets each for itself.
  func datagrams(since earlier: InterfaceCounters, payload: Int) -> Int {
    let bytes = receivedBytes - earlier.receivedBytes
    let headers = (receivedPackets - earlier.receivedPackets) * Link.headerBytes
    return (bytes - headers) / payload
  }
}
