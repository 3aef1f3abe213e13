import ArgumentParser
import Capture
import Dashboard
import Experiment
import Foundation
import Lab
import Observation
import Records
import Router
import Screen
import Simulation
import Synchronization
import Wire

/// `nemotop demo`: the whole experiment on this machine.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "The whole experiment on this machine: a guest streams, and moves between servers.",
    discussion: """
      Makes two servers, a home agent and a correspondent node in network namespaces of its own, \
      lets a guest stream to the correspondent node, and moves the guest from server to server. \
      Nothing of this host's networks is touched, and nothing is left behind.

      It needs root or a user namespace; where neither is to be had, the packets of the same \
      scenario are made in the program, and everything after them is the same.

      Examples:
        nemotop demo
        nemotop demo --text --moves 4 --every 3s --out results
        nemotop demo --guest qemu --moves 4 --out results
        nemotop demo --guest xen --moves 2 --out results
      """)

  @Flag(help: "Lines of text, also on a terminal.")
  var text = false

  @Option(help: layoutHelp)
  var layout = "demo"

  @Option(help: namesHelp)
  var names: String?

  @Flag(help: maskHelp)
  var mask = false

  @Option(help: backgroundHelp)
  var background: Background?

  @Flag(help: asciiHelp)
  var ascii = false

  @Option(
    help: "End after so many moves; without it, go on until ^C, or as far as a simulation reaches.")
  var moves: Int?

  @Option(
    help: "From the beginning of one move to the next, and before the first.",
    transform: duration)
  var every: Duration = .seconds(10)

  @Option(
    help: ArgumentHelp(
      "What the guest is: a network namespace, a virtual machine of QEMU, or a guest of Xen, live or saved and restored; all but the first really migrate, and what is made for them is kept as `nemotop lab images` shows.",
      valueName: "namespace|qemu|xen|xen-pv-save"))
  var guest = GuestKind.namespace

  @Option(
    name: .customLong("pause"),
    help: "How long a guest that is a namespace stands still at a move; 200ms where not given.",
    transform: duration)
  var chosenPause: Duration?

  @Option(
    name: .customLong("rate"),
    help: "Packets a second of each stream; 500 where not given, or 100 of a guest of Xen.",
    transform: quantity)
  var chosenRate: Int?

  private var rate: Int { chosenRate ?? (guest.isOfXen ? 100 : 500) }

  @Option(help: "Bytes of UDP payload a packet.")
  var size = 1000

  @Option(help: "How many streams the guest sends.")
  var streams = 1

  @Option(
    help: ArgumentHelp(
      "Keep records, captures and a report in this folder.", valueName: "folder"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "How the guest reaches the world: by mobile routers and a home agent (nemo), bridged onto one segment with both servers, routed to the first server, or by each server's own address (nat).",
      valueName: "nemo|bridged|routed|nat"))
  var topology = Attachment.nemo

  @Option(
    name: .customLong("arrival"),
    help: ArgumentHelp(
      "How a server's mobile router learns of the guest: told of it once it is there, as a toolstack would, or by what it notices on its bridge. Where not given, a namespace is told of and a virtual machine noticed.",
      valueName: "told|noticed"))
  var chosenArrival: Arrival?

  private var arrival: Arrival {
    chosenArrival
      ?? (guest == .namespace || faults.contains(where: \.isOfBinding) ? .told : .noticed)
  }
  /// A hypervisor sees to it by itself.
  private var pause: Duration {
    chosenPause ?? (guest == .namespace ? .milliseconds(200) : .zero)
  }

  @Flag(help: "Mobile routers hold what the guest sends until it is registered, and send it then.")
  var hold = false

  @Option(
    name: .customLong("fault"),
    help: ArgumentHelp(
      "Let something go wrong, at each move or on the paths; may be repeated. \(Fault.forms)",
      valueName: "fault"),
    transform: fault)
  var faults: [Fault] = []

  @Flag(help: "Make the packets in the program, without namespaces.")
  var simulated = false

  func validate() throws {
    if let moves, !(1...100_000).contains(moves) {
      throw ValidationError("--moves \(moves) is out of range: 1 to 100000")
    }
    guard (1...1_000_000).contains(rate) else {
      throw ValidationError("--rate \(rate) is out of range: 1 to 1M packets a second")
    }
    guard (40...1352).contains(size) else {
      throw ValidationError("--size \(size) is out of range: 40 to 1352 bytes")
    }
    guard (1...1000).contains(streams) else {
      throw ValidationError("--streams \(streams) is out of range: 1 to 1000")
    }
    guard every >= silenceOfLeft + .milliseconds(100) else {
      throw ValidationError(
        "--every is too short: a move counts once the server left has been silent for 1s, or for "
          + "the time of 20 packets")
    }
    guard guest == .namespace || chosenPause == nil && topology == .nemo && !simulated else {
      throw ValidationError(
        "--pause, --simulated and another --topology than nemo need --guest namespace: leave them "
          + "out")
    }
    guard guest == .namespace || every >= .seconds(3) else {
      throw ValidationError("--every is too short for --guest \(guest.rawValue): 3s or more")
    }
    guard Set(faults.map(\.name)).count == faults.count else {
      throw ValidationError("the same --fault is given twice: leave one out")
    }
    let needed = faults.map(\.recoveryTime).reduce(pause, +) + .milliseconds(200)
    guard every > needed else {
      throw ValidationError(
        "--every is too short for --pause and what goes wrong: more than "
          + "\(Quantity.decimal(needed.milliseconds, places: 0))ms")
    }
    let bindings = faults.filter(\.isOfBinding)
    guard bindings.count < 2 else {
      throw ValidationError(
        "a binding cannot be late and early: leave out late-binding or early-binding")
    }
    guard arrival == .told || bindings.isEmpty else {
      throw ValidationError(
        "\(bindings[0].name) needs a router that is told of the guest: leave out --arrival noticed")
    }
    guard topology == .nemo || faults.isEmpty && arrival == .told && !hold && !simulated else {
      throw ValidationError(
        "--fault, --arrival, --hold and --simulated need --topology nemo: leave them out")
    }
    guard simulated else { return }
    if let fault = faults.first(where: { !$0.isSimulated }) {
      throw ValidationError("\(fault.name) needs the network: leave out --simulated")
    }
    guard arrival == .told, !hold else {
      throw ValidationError(
        "--arrival noticed and --hold need the network: leave out --simulated")
    }
  }

  func run() async throws {
    try await telling {
      let layout = try readLayout(self.layout)
      let names = try names.map(readNames) ?? NameBook()
      try makeFolder()
      // The world of the demo's own has no way out, by which packages come.
      let machine = try await machine()
      let isSimulated = try await !entersPrivateWorld()
      // From here on a signal ends the demo as a whole, however far it has come.
      let signals = interruptions()
      let isInterrupted = Mutex(false)
      let watch = DemoWatch(
        folder: out, showsDashboard: !text && TerminalSession.isPossible,
        screen: TerminalSession(
          points: [], isASCII: ascii, background: background, layout: layout, names: names,
          isMasked: mask),
        isInterrupted: { isInterrupted.withLock { $0 } })
      let work = Task {
        isSimulated ? try await simulate(watch) : try await perform(watch, machine)
      }
      let stopper = Task {
        for await _ in signals {
          isInterrupted.withLock { $0 = true }
          work.cancel()
        }
      }
      defer { stopper.cancel() }
      do {
        _ = try await work.value
      } catch is LabError where isInterrupted.withLock({ $0 }) {
        // The commands that build the network were interrupted with it.
      } catch let error as LabError {
        throw Failure(error)
      } catch let error as ExperimentError {
        throw Failure(error)
      } catch let error as ScenarioError {
        throw Failure(error)
      }
      try watch.tellReport()
    }
  }

  /// Makes the folder for what is kept, before anything else is begun.
  private func makeFolder() throws {
    guard let out else { return }
    let path = URL(fileURLWithPath: out).resolvingSymlinksInPath().path
    guard simulated || !path.hasPrefix("/run/") || path.hasPrefix("/run/user/") else {
      throw Failure("cannot keep anything in \(out): the demo hides /run; choose another folder")
    }
    do {
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    } catch {
      throw Failure("cannot make the folder \(out): choose a place that can be written to")
    }
  }

  /// The virtual machine that the guest is, or runs in; nil for a namespace.
  private func machine() async throws -> Demo.Machine? {
    // The demo's own /run goes with it.
    let folder = "/run/nemotop"
    do throws(LabError) {
      switch guest {
      case .namespace: return nil
      case .qemu:
        let image = try await GuestImage.prepare(sender: GuestImage.senderPath) { note($0) }
        return Demo.Machine(image: .qemu(image), folder: folder)
      case .xen, .xenSaved:
        let image = try await XenImage.prepare(sender: GuestImage.senderPath) { note($0) }
        return Demo.Machine(image: .xen(image, guest), folder: folder)
      }
    } catch {
      throw Failure(error)
    }
  }

  /// Sees to a world of the demo's own; false where there is none, or none is wanted.
  private func entersPrivateWorld() async throws -> Bool {
    if simulated { return false }
    do throws(LabError) {
      try await PrivateWorld.enter()
      return true
    } catch {
      guard guest == .namespace else { throw Failure(error) }
      note(error.message() + "; the demo is simulated")
      return false
    }
  }

  private var schedule: Schedule {
    var schedule = Schedule(
      moves: moves, every: every, pause: pause, settling: silenceOfLeft + .milliseconds(500))
    for fault in faults {
      switch fault {
      case .lateBinding(let time): schedule.bindingDelay = time
      case .earlyBinding(let time): schedule.bindingDelay = .zero - time
      default: break
      }
    }
    schedule.faults = faults.filter(\.isOfMove)
    schedule.isLive = guest != .namespace
    return schedule
  }

  /// Netfilter is asked for only where there is something to drop or to count.
  private var impairments: Impairments? { faults.isEmpty ? nil : Impairments(pathLoss: loss) }

  /// What the servers' links are like, where that is said.
  private var serverLinks: LinkCharacteristics? {
    var links: LinkCharacteristics?
    for fault in faults {
      switch fault {
      case .pathDelay(let delay):
        links = links ?? LinkCharacteristics()
        links?.delay = delay
      case .pathBandwidth(let rate):
        links = links ?? LinkCharacteristics()
        links?.bandwidth = rate
      default: break
      }
    }
    return links
  }

  /// The probability of loss on the paths.
  private var loss: Double {
    faults.lazy.compactMap { fault in
      if case .pathLoss(let probability) = fault { probability } else { nil }
    }.first ?? 0
  }

  /// A move is final when the server left has been silent for the longer of 1 s and 20 spacings.
  private var silenceOfLeft: Duration { max(.seconds(1), .seconds(20) / rate) }

  private var options: ObservationOptions {
    var options = ObservationOptions()
    options.keeper = out.map(CaptureKeeper.init(folder:))
    return options
  }

  private func perform(_ watch: DemoWatch, _ machine: Demo.Machine?) async throws -> Int {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let sender =
      (machine == nil ? [program, "send"] : []) + [
        "--source-port", "5004", "--rate", "\(rate)", "--size", "\(size)",
        "--streams", "\(streams)",
      ]
    let summaries = Mutex<[String]>([])
    var demo = Demo(sender: sender, schedule: schedule)
    demo.machine = machine
    demo.impairments = impairments
    demo.attachment = topology
    demo.serverLinks = serverLinks
    demo.mobility.isNoticing = arrival == .noticed
    demo.mobility.holding = hold ? HeldPackets.Limits() : nil
    let moves = try await demo.run(
      options: options, watchedBy: watch.watch
    ) { event in
      switch event {
      // The dashboard may still have the terminal.
      case .sent(let summary) where !summary.isEmpty: summaries.withLock { $0.append(summary) }
      case .dropped(let dropped): summaries.withLock { $0.append(dropped.explanation) }
      case .sent, .sending, .booted, .shuttle, .mobility: break
      }
    }
    for summary in summaries.withLock({ $0 }) { note(summary) }
    return moves
  }

  private func simulate(_ watch: DemoWatch) async throws -> Int {
    var demo = SimulatedDemo(schedule: schedule, packetsPerSecond: rate, payloadBytes: size)
    demo.streams = streams
    demo.loss = loss
    if moves == nil {
      note("the simulation ends by itself after \(demo.moves) moves; --moves N says how many")
    }
    return try await demo.run(options: options, watchedBy: watch.watch)
  }
}

extension DroppedPackets {
  fileprivate var explanation: String {
    "dropped on purpose: \(server) in the servers, \(path) on the path; for want of a binding: "
      + "\(untunnelled) by the servers, \(homeAgent) by the home agent"
  }
}

extension Failure {
  init(_ error: ExperimentError) {
    switch error {
    case .guestFailed(let reason): self.init("the guest failed: \(reason)")
    case .migrationFailed(let source, let goal, let reason):
      self.init("migration \(source) > \(goal) failed: \(reason); the guest ran on at \(source)")
    case .notRegistered(let server):
      self.init(
        "the home agent did not register \(server): nftables and raw sockets are needed; see "
          + "whether the kernel has seg6")
    case .senderEnded(let ending, let said):
      let how =
        switch ending {
        case .exited(let status): "exit status \(status)"
        case .killed(let signal): "signal \(signal)"
        }
      self.init("the sender ended too early (\(how)): \(said.isEmpty ? "it said nothing" : said)")
    }
  }
}
