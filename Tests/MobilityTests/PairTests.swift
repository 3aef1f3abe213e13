import Foundation
import Mobility
import Testing
import Wire

/// Two servers and a home agent on a network that delays, loses, repeats and reorders.
@Suite struct PairTests {
  /// SplitMix64.
  private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }

  /// As many as `PROOF` says.
  private static let seeds =
    ProcessInfo.processInfo.environment["PROOF"].flatMap { UInt64($0) } ?? 8

  private struct World {
    var agent: HomeAgent
    var routers: [MobileRouter]
    /// What each server's clock is off by.
    var skews: [Duration]
    var dice: Dice
    var loss: Double
    var underWay: [(at: Duration, message: BindingMessage)] = []
    var now = Duration.zero
    /// Whose way each server holds open.
    var open = [false, false]

    var moment: Moment { Moment(elapsed: now, wall: Cast.at(0).wall + now) }

    func moment(of server: Int) -> Moment {
      Moment(elapsed: now, wall: moment.wall + skews[server])
    }

    mutating func send(_ message: BindingMessage) {
      guard Double.random(in: 0..<1, using: &dice) >= loss, let arriving = message.onArrival else {
        return
      }
      for _ in 0..<(Int.random(in: 0..<10, using: &dice) == 0 ? 2 : 1) {
        let delay = Duration.microseconds(Int.random(in: 100...80_000, using: &dice))
        underWay.append((now + delay, arriving))
      }
    }

    mutating func take(_ actions: [MobileRouter.Action], of server: Int) {
      for action in actions {
        switch action {
        case .send(let message): send(message)
        case .openTunnel:
          #expect(!open[server])
          open[server] = true
        case .closeTunnel:
          #expect(open[server])
          open[server] = false
        case .acknowledged, .rejected, .expired, .superseded, .ignored: break
        }
      }
      #expect(open[server] == routers[server].isTunnelOpen)
    }

    mutating func take(_ actions: [HomeAgent.Action]) {
      for case .send(let message) in actions { send(message) }
      #expect(agent.bindings.count <= 1)
    }

    /// Lets time pass, with all that happens in it.
    mutating func run(until end: Duration) {
      while true {
        let arrival = underWay.indices.min { underWay[$0].at < underWay[$1].at }
        let times =
          [arrival.map { underWay[$0].at }, agent.nextDeadline]
          + routers.map(\.nextDeadline)
        guard let next = times.compactMap(\.self).min(), next <= end else { break }
        #expect(next >= now)
        now = max(now, next)
        if let arrival, underWay[arrival].at <= now {
          let message = underWay.remove(at: arrival).message
          if message.kind == .update {
            take(agent.receive(message, at: moment))
          } else if let server = Cast.servers.firstIndex(of: message.destination) {
            take(routers[server].receive(message, at: moment(of: server)), of: server)
          }
        } else {
          take(agent.advance(to: moment))
          for server in routers.indices {
            take(routers[server].advance(to: moment(of: server)), of: server)
          }
        }
      }
      now = end
    }
  }

  /// After every move, once the messages had the time they need, the binding is that of the server where
  /// the guest is, its way is open and that of the other is not.
  @Test(arguments: [0.0, 0.1, 0.4], [false, true])
  func `the binding follows the guest`(loss: Double, isProtected: Bool) {
    for seed in 0..<Self.seeds {
      var dice = Dice(state: seed)
      let security = isProtected ? Cast.security : nil
      // With timestamps, clocks must agree to seconds, or be corrected by status 144.
      let skews = (0..<2).map { _ in
        Duration.milliseconds(Int.random(in: -20_000...20_000, using: &dice))
      }
      var world = World(
        agent: Cast.homeAgent(security: security),
        routers: [
          Cast.router(0, lifetime: .seconds(20), security: security),
          Cast.router(1, lifetime: .seconds(20), security: security),
        ], skews: skews, dice: dice, loss: loss)
      var place = 0
      world.take(world.routers[0].arrive(at: world.moment(of: 0)), of: 0)
      for _ in 0..<12 {
        // Before it moves, the guest stays for a moment or for several lifetimes.
        let isShort = Bool.random(using: &world.dice)
        let stay = Int.random(in: isShort ? 1...3000 : 30_000...400_000, using: &world.dice)
        world.run(until: world.now + .milliseconds(stay))
        // The old server may notice later than the new one.
        let old = place
        place = 1 - place
        world.take(world.routers[place].arrive(at: world.moment(of: place)), of: place)
        world.run(until: world.now + .milliseconds(Int.random(in: 0...300, using: &world.dice)))
        world.take(world.routers[old].leave(at: world.moment(of: old)), of: old)
      }
      world.loss = 0
      world.run(until: world.now + .seconds(120))
      #expect(world.agent.bindings.map(\.careOfAddress) == [Cast.servers[place]], "seed \(seed)")
      #expect(world.open[place] && !world.open[1 - place], "seed \(seed), \(world.routers[place])")
      // Without anything lost, the agent and the router agree at every moment from then on.
      world.run(until: world.now + .seconds(100))
      #expect(world.open[place], "seed \(seed)")
      world.take(world.routers[place].leave(at: world.moment(of: place)), of: place)
      world.run(until: world.now + .seconds(61))
      #expect(world.agent.bindings.isEmpty, "seed \(seed)")
    }
  }

  /// Whatever comes in: nothing breaks, and nothing that nobody made with the key changes a state.
  @Test func `hostile messages`() throws {
    var dice = Dice(state: 1)
    var agent = Cast.homeAgent(security: Cast.security)
    var router = Cast.router(security: Cast.security)
    let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
    let arrived = try #require(update.onArrival)
    let answer = try #require(agent.receive(arrived, at: Cast.at(0)).answers.first)
    let bindings = agent.bindings
    var samples: [[UInt8]] = []
    for message in [
      update, answer, Cast.update(9), Cast.security.sign(Cast.update(9, lifetime: 0)),
    ] {
      var bytes: [UInt8] = []
      message.serialize(into: &bytes)
      samples.append(bytes)
    }
    var parsed = 0
    for _ in 0..<20_000 {
      var bytes = samples[Int.random(in: samples.indices, using: &dice)]
      for _ in 0...Int.random(in: 0..<4, using: &dice) {
        bytes[Int.random(in: 40..<bytes.count, using: &dice)] = .random(in: 0...255, using: &dice)
      }
      if Bool.random(using: &dice) {
        bytes.removeLast(Int.random(in: 0..<bytes.count - 40, using: &dice))
      }
      guard var message = BindingMessage(packet: bytes) else { continue }
      parsed += 1
      // Also as if the checksum had been made right again.
      message.checksumIsRight = true
      guard !Cast.security.verifies(message) else { continue }
      _ = agent.receive(message, at: Cast.at(1))
      // The other node has no key.
      #expect(agent.bindings.filter { $0.homeAddress == Cast.home } == bindings)
      _ = router.receive(message, at: Cast.at(1))
      #expect(!router.isTunnelOpen)
    }
    #expect(parsed > 3000)
    // The right answer still counts.
    #expect(router.receive(try #require(answer.onArrival), at: Cast.at(1)).first == .openTunnel)
  }

  @Test func `times and lifetimes at the limits`() {
    for wall in [Int64.min, -1, 0, .max] {
      for elapsed in [Duration.zero, .seconds(1 << 40)] {
        let moment = Moment(elapsed: elapsed, wall: Timestamp(nanoseconds: wall))
        var agent = Cast.homeAgent(security: Cast.security)
        var router = Cast.router(lifetime: .seconds(1 << 30), security: Cast.security)
        guard let update = router.arrive(at: moment).updates.first?.onArrival,
          let answer = agent.receive(update, at: moment).answers.first?.onArrival
        else {
          Issue.record("no answer at \(wall)")
          continue
        }
        #expect(router.receive(answer, at: moment).first == .openTunnel)
        #expect(agent.nextDeadline == elapsed + .seconds(60))
      }
    }
  }
}
