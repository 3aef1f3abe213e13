import ArgumentParser
import Lab

/// `nemotop lab`: test networks by hand.
struct LabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Makes the experiment's network by hand, and moves the guest about in it.",
    discussion: """
      Six network namespaces: guest, xen1, xen2, inet, ha, cn. With --topology nemo the guest's \
      prefix is routed to the home agent, which tunnels it to the server that is bound. The others \
      have no home agent: bridged servers are on one segment; routed, the prefix leads to xen1 \
      alone; behind NAT each server puts its own address in the place of the guest's.

      Example:
        nemotop lab up
        nemotop lab up --name other --topology bridged
        nemotop lab exec cn nemotop receive '[::]:5004' &
        nemotop lab exec guest nemotop send '[2001:db8:cc::1]:5004' &
        nemotop lab move xen2
        nemotop lab down

      It needs root, or a user namespace around all of it: unshare -Urnm, and in there \
      mount -t tmpfs tmpfs /run.
      """,
    subcommands: [
      LabUp.self, LabStatus.self, LabMove.self, LabExec.self, LabDown.self, LabImages.self,
      LabSimulate.self,
    ])
}

/// What the network is called.
struct LabName: ParsableArguments {
  @Option(name: .long, help: "What the names of the network namespaces begin with.")
  var name = "nemotop"

  var topology: Topology { Topology(name: name) }

  func validate() throws {
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard allowed, (1...64).contains(name.utf8.count), !name.hasPrefix("-") else {
      throw ValidationError("--name \(name): use up to 64 letters, digits, - and _")
    }
  }
}

extension Server: ExpressibleByArgument {}
extension Node: ExpressibleByArgument {}

struct LabUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Makes the network, with the guest on xen1 and, with nemo, bound there.",
    discussion: "Example: nemotop lab up --name mine --topology bridged")

  @OptionGroup var naming: LabName

  @Option(help: "How the guest reaches the world.")
  var topology = Attachment.nemo

  func run() async throws {
    let interruption = heldBackInterruption()
    try await reportingLabErrors(named: naming.name) { () async throws(LabError) in
      let laboratory = try await Laboratory.up(naming.topology, attachment: topology)
      interruption.cancel()
      guard await !interruption.value else {
        try await laboratory.down()
        return
      }
      print("up: \(naming.topology.namespaces.joined(separator: " "))")
      print("topology: \(laboratory.attachment.explanation)")
      if let tunnel = laboratory.tunnel { print("tunnels: \(tunnel.explanation)") }
    }
    if await interruption.value {
      throw Failure("interrupted: the network is removed again").told()
    }
  }
}

/// Whether the command is interrupted before the task is cancelled. It goes on to its end all the same: half a network
/// would be worse than one too many.
private func heldBackInterruption() -> Task<Bool, Never> {
  let signals = interruptions()
  return Task { await signals.first { _ in true } != nil }
}

struct LabStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows where the guest is, where it is bound, and what each point has counted.",
    discussion: "Example: nemotop lab status")

  @OptionGroup var naming: LabName

  func run() async throws {
    try await reportingLabErrors(named: naming.name) { () async throws(LabError) in
      let laboratory = try await Laboratory.find(naming.topology)
      let location = await laboratory.location
      print("topology: \(laboratory.attachment.explanation)")
      print("guest on: \(location?.rawValue ?? "no server")")
      if let bound = await laboratory.bound {
        print("bound to: \(bound.rawValue) \(bound.careOfAddress)")
      }
      if let tunnel = laboratory.tunnel { print("tunnels: \(tunnel.explanation)") }
      for point in naming.topology.points {
        let counters = try await laboratory.counters(at: point)
        print(
          "\(point.name): \(naming.topology.namespace(of: point.node)) \(point.interface)"
            + " received \(counters.receivedPackets) sent \(counters.sentPackets) packets")
      }
    }
  }
}

struct LabMove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "move",
    abstract: "Moves the guest to a server, and, with nemo, binds it there.",
    discussion: "Example: nemotop lab move xen2")

  @OptionGroup var naming: LabName
  @Argument(help: "xen1 or xen2.") var server: Server

  func run() async throws {
    try await reportingLabErrors(named: naming.name) { () async throws(LabError) in
      let laboratory = try await Laboratory.find(naming.topology)
      let before = await laboratory.location
      let interruption = heldBackInterruption()
      defer { interruption.cancel() }
      try await laboratory.move(to: server)
      try await laboratory.bind(to: server)
      print(
        before == server
          ? "guest: on \(server.rawValue) already"
          : "guest: \(before?.rawValue ?? "no server") > \(server.rawValue)")
    }
  }
}

struct LabExec: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Runs a command on a node of the network.",
    discussion: "Example: nemotop lab exec guest ip -6 route")

  @OptionGroup var naming: LabName
  @Argument(help: "guest, xen1, xen2, inet, ha or cn.") var node: Node
  @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.")
  var command: [String]

  func validate() throws {
    if command.isEmpty || command == ["--"] { throw ValidationError("name a command to run") }
  }

  func run() async throws {
    try await reportingLabErrors(named: naming.name) { () async throws(LabError) in
      let laboratory = try await Laboratory.find(naming.topology)
      let separated = command.first == "--" ? Array(command.dropFirst()) : command
      try laboratory.namespace(of: node).replaceProgram(by: separated)
    }
  }
}

struct LabDown: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "down",
    abstract: "Removes the network that `up` made.",
    discussion: "Example: nemotop lab down")

  @OptionGroup var naming: LabName

  func run() async throws {
    let interruption = heldBackInterruption()
    defer { interruption.cancel() }
    try await reportingLabErrors(named: naming.name) { () async throws(LabError) in
      let removed = try await Laboratory.remove(naming.topology)
      if removed.isEmpty { throw .notUp(namespaces: naming.topology.namespaces) }
      print("down: \(removed.joined(separator: " "))")
    }
  }
}
