import Simulation
import Streams
import Wire

@testable import Moves

/// One scenario, made of a seed, and how what was told of it compares to the truth.
struct Proof {
  let seed: UInt64
  private(set) var scenario = Scenario()
  /// What is wrong.
  private(set) var faults: [String] = []
  /// Times that were told, and how many of them lie within the stated uncertainty.
  private(set) var parts = (within: 0, all: 0)
  /// The times that do not.
  private(set) var notes: [String] = []
  private var isDisturbed = false
  private var random: Dice

  /// Numbers that look as if they were drawn (SplitMix64).
  private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration {
      .milliseconds(Int.random(in: range, using: &self))
    }
  }

  /// Which points are watched.
  enum Watch: CaseIterable {
    case everything, withoutGuest, withoutInterfaces, withoutHomeAgent, externalAndReceiver
    case externalAlone, homeAgentAlone, interfacesAndReceiver

    func names(of scenario: Scenario) -> [String] {
      scenario.pointNames.filter { name in
        let role = Point(name: name).role
        return switch self {
        case .everything: true
        case .withoutGuest: role != .source
        case .withoutInterfaces: role != .access && role != .source
        case .withoutHomeAgent: role != .anchor
        case .externalAndReceiver: role == .external || role == .receiver
        case .externalAlone: role == .external
        case .homeAgentAlone: role == .anchor
        case .interfacesAndReceiver: role == .access || role == .receiver
        }
      }
    }

    var hasInterfaces: Bool {
      [.everything, .withoutGuest, .withoutHomeAgent, .interfacesAndReceiver].contains(self)
    }
    var hasExternal: Bool { self != .homeAgentAlone && self != .interfacesAndReceiver }
    var hasHomeAgent: Bool {
      [.everything, .withoutGuest, .withoutInterfaces, .homeAgentAlone].contains(self)
    }
    var hasReceiver: Bool { self != .externalAlone && self != .homeAgentAlone }
  }

  let watch: Watch
  /// Every host has a clock of its own, one of them is wrong by this, and only the messages between
  /// the hosts tell.
  let skew: (host: String, value: Duration)?

  init(seed: UInt64) {
    self.seed = seed
    random = Dice(state: seed &* 7919)
    watch =
      seed % 3 == 0
      ? .everything : Watch.allCases[Int(seed) % Watch.allCases.count]
    let isSkewed = watch.hasHomeAgent && watch.hasExternal && seed % 4 == 0
    skew =
      isSkewed
      ? ("xen2", .milliseconds(Int.random(in: -500...500, using: &random))) : nil
    if let skew {
      scenario.clockOffsets = [skew.host: skew.value, skew.host + ".vif": skew.value]
    }
    scenario.seed = seed
    let servers = random.chance(30) ? Int.random(in: 3...4, using: &random) : 2
    scenario.servers = Scenario.Server.row(servers)
    for index in scenario.servers.indices {
      scenario.servers[index].path.delay = random.milliseconds(2...60)
    }
    let rates = [20, 50, 100, 100, 200, 500]
    scenario.streams = Scenario.Stream.row(
      random.chance(25) ? 2 : 1, packetsPerSecond: rates.randomElement(using: &random) ?? 100)
    if random.chance(20) {
      scenario.streams[0].firstNumber = Int64.random(in: 1...70_000, using: &random)
    }
    scenario.guestClockStops = random.chance(50)
    scenario.moves = []
    var time = Duration.seconds(3)
    var server = 0
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      var next = Int.random(in: 0..<servers - 1, using: &random)
      if next >= server { next += 1 }
      server = next
      var move = Scenario.Move(
        time: time, server: next, pause: random.milliseconds(0...600),
        bindingDelay: random.milliseconds(0...120))
      if random.chance(15) { move.pause = random.milliseconds(60_000...120_000) }
      move.holds = random.chance(20)
      if random.chance(25) { move.unseen = Int.random(in: 1...6, using: &random) }
      scenario.moves.append(move)
      time +=
        move.pause + move.bindingDelay
        + random.milliseconds(random.chance(25) ? 400...900 : 2500...5000)
    }
    scenario.duration = time + .seconds(2)
    if random.chance(40) { disturb() }
  }

  /// Loss, copies, and packets out of order.
  private mutating func disturb() {
    isDisturbed = true
    for index in scenario.servers.indices {
      if random.chance(50) { scenario.servers[index].crossing.loss = 0.01 }
      if random.chance(50) {
        scenario.servers[index].path.loss = Double.random(in: 0...0.05, using: &random)
      }
      if random.chance(30) { scenario.servers[index].path.lossBurst = 3 }
      if random.chance(30) { scenario.servers[index].path.duplication = 0.02 }
      if random.chance(30) { scenario.servers[index].path.reordering = 0.02 }
      if random.chance(50) { scenario.servers[index].path.variation = random.milliseconds(1...5) }
    }
    if random.chance(40) { scenario.onward.loss = 0.01 }
    if random.chance(30) { scenario.onward.duplication = 0.01 }
    if random.chance(30) { scenario.onward.reordering = 0.01 }
    if random.chance(30) { scenario.pacingJitter = .microseconds(500) }
  }

  mutating func run() throws {
    let run = try scenario.run()
    let replay = Replay(run, at: watch.names(of: scenario), clocksAreOne: skew == nil)
    compare(replay, with: run.truth)
  }

  // MARK: Comparing

  private mutating func compare(_ replay: Replay, with truth: Truth) {
    for stream in truth.streams {
      let moves = replay.moves.filter { $0.stream.sourcePort == stream.sourcePort }
      let real = stream.moves.filter { $0.firstNumber != nil && $0.lastNumber != nil }
      let places = Dictionary(
        uniqueKeysWithValues: scenario.servers.map { ("\($0.careOfAddress)", $0.name) })
      func name(_ point: String, _ leg: Leg) -> String {
        let careOf = leg.levels.first.flatMap { places["\($0.source)"] }
        return careOf ?? Point(name: point).site
      }
      let told = moves.map { name($0.fromPoint, $0.fromLeg) + ">" + name($0.toPoint, $0.toLeg) }
      let wanted = real.map { "\($0.from)>\($0.to)" }
      guard told == wanted else {
        faults.append("moves \(told), not \(wanted)")
        continue
      }
      for (move, real) in zip(moves, real) { compare(move, with: real) }
      if watch.hasInterfaces, watch.hasExternal, watch.hasHomeAgent {
        compare(replay.accounts.filter { $0.stream.sourcePort == stream.sourcePort }, with: stream)
      }
    }
  }

  private mutating func compare(_ move: Moves.Move, with truth: Truth.Move) {
    let name = "move at \(truth.time) \(truth.from)>\(truth.to)"
    func check<Value: Equatable>(_ what: String, _ told: Value?, _ real: Value?) {
      if told != real {
        faults.append("\(name): \(what) is \(told as Any), not \(real as Any)")
      }
    }
    if watch.hasExternal {
      check("last number", move.lastNumber, truth.lastNumber)
      check("first number", move.firstNumber, truth.firstNumber)
      if let told = move.beforeAcknowledgement {
        check("before ack", told, truth.beforeAcknowledgement)
      }
      time("gap", move.gap, truth.gap, move, name)
    }
    guard truth.lastDelivered != nil, truth.firstDelivered != nil else {
      check("lost", move.lost, nil)
      return
    }
    guard watch.hasReceiver else {
      if watch.hasHomeAgent, !isDisturbed {
        // Decapsulated is delivered.
        check("unbound", move.unbound, truth.fates[.unbound] ?? 0)
        check("behind", move.lostBehind, truth.fates[.lostBehind] ?? 0)
      }
      check("path", move.lostPath, nil)
      return
    }
    check("lost", move.lost, truth.lost)
    let real = { (fates: [Simulation.Fate]) in fates.reduce(0) { $0 + (truth.fates[$1] ?? 0) } }
    if watch.hasInterfaces, watch.hasExternal {
      check("unseen", move.lostUnseen, real([.lostUnseen]))
      check("server", move.lostServer, real([.lostServer]))
    } else if watch.hasExternal {
      check("unseen", move.lostUnseen, real([.lostUnseen, .lostServer]))
      check("server", move.lostServer, nil)
    } else {
      check("server", move.lostServer, nil)
      check("path", move.lostPath, nil)
      check("unbound", move.unbound, nil)
    }
    if watch.hasExternal, watch.hasHomeAgent {
      check("behind", move.lostBehind, real([.lostBehind]))
      check("unbound", move.unbound, real([.unbound]))
      check("path", move.lostPath, real([.lostPath]))
    } else if watch.hasExternal {
      let told = [move.lostBehind, move.unbound, move.lostPath].compactMap(\.self)
      check("behind, unbound and path", told.count, 3)
      check(
        "behind, unbound and path", told.reduce(0, +), real([.lostBehind, .unbound, .lostPath]))
    }
    time("receiver gap", move.receiverGap, truth.receiverGap, move, name)
    time("paused", move.paused, truth.paused, move, name)
    time("held", move.held, truth.held, move, name)
    time("path", move.pathChange, truth.pathChange, move, name)
    if move.residual != nil { time("residual", move.residual, .zero, move, name) }
  }

  private mutating func time(
    _ what: String, _ told: Duration?, _ real: Duration?, _ move: Moves.Move, _ name: String
  ) {
    guard let told, let real, let uncertainty = move.uncertainty else { return }
    parts.all += 1
    if abs(told.milliseconds - real.milliseconds) <= uncertainty.milliseconds {
      parts.within += 1
    } else {
      notes.append("\(name): \(what) is \(told), not \(real), ±\(uncertainty)")
    }
  }

  private mutating func compare(_ accounts: [LossAccount], with stream: Truth.Stream) {
    guard accounts.count == 1, let account = accounts.first else {
      faults.append("\(accounts.count) accounts")
      return
    }
    for (told, real) in zip(
      [Moves.Fate.lostUnseen, .lostServer, .lostBehind, .unbound, .lostPath],
      [Simulation.Fate.lostUnseen, .lostServer, .lostBehind, .unbound, .lostPath])
    {
      let numbers = account.lost.filter { $0.fate == told }.map(\.numbers)
      let truth = NumberSet(stream.numbers(of: real)).ranges
      if NumberSet(numbers).ranges != truth {
        faults.append("\(told.rawValue) are \(numbers), not \(truth)")
      }
    }
  }
}
