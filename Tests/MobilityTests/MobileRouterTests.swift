import Mobility
import Testing
import Wire

@Suite struct MobileRouterTests {
  /// An acknowledgement of an Update, as a home agent would send it.
  private func answer(
    _ update: BindingMessage, _ status: UInt8 = 0, sequence: UInt16? = nil, lifetime: UInt16 = 15,
    flags: UInt16 = 0x40
  ) -> BindingMessage {
    BindingMessage(
      kind: .acknowledgement, source: Cast.agent, destination: update.source,
      sequence: sequence ?? update.sequence, flags: flags, lifetime: lifetime, status: status,
      homeAddress: Cast.home, checksumIsRight: true)
  }

  /// A router that is registered since the second 0.
  private func registered() throws -> MobileRouter {
    var router = Cast.router()
    let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
    #expect(router.receive(answer(update), at: Cast.at(0)).first == .openTunnel)
    return router
  }

  @Test func `arrival is registered at once`() throws {
    var router = Cast.router()
    #expect(router.state == .away && router.nextDeadline == nil)
    let actions = router.arrive(at: Cast.at(0))
    let update = BindingMessage(
      kind: .update, source: Cast.servers[0], destination: Cast.agent,
      sequence: UInt16(truncatingIfNeeded: 17_950_000_000 as Int64), flags: 0xc400, lifetime: 15,
      homeAddress: Cast.home, alternateCareOfAddress: Cast.servers[0], prefixes: [Cast.prefix])
    #expect(actions == [.send(update)])
    #expect(router.arrive(at: Cast.at(0.1)) == [])
    let answer = answer(update)
    #expect(router.receive(answer, at: Cast.at(0.2)) == [.openTunnel, .acknowledged(answer)])
    #expect(router.state == .registered(until: .seconds(60)))
    #expect(router.nextDeadline == .seconds(45))
  }

  @Test func `implicit mode names no prefix`() {
    var router = Cast.router(isExplicit: false)
    #expect(router.arrive(at: Cast.at(0)).updates.first?.prefixes == [])
  }

  @Test func `Updates without an answer are repeated later and later`() {
    var router = Cast.router()
    var times: [Duration] = []
    var numbers: [UInt16] = []
    var now = Cast.at(0)
    var actions = router.arrive(at: now)
    while times.count < 9, let next = router.nextDeadline {
      times.append(next - now.elapsed)
      numbers += actions.updates.map(\.sequence)
      #expect(router.advance(to: Moment(elapsed: next - .nanoseconds(1), wall: now.wall)) == [])
      now = Moment(elapsed: next, wall: Cast.at(0).wall + next)
      actions = router.advance(to: now)
      #expect(actions.count == 1)
    }
    #expect(
      times
        == [1.5, 3, 6, 12, 24, 32, 32, 32, 32].map { Duration.seconds($0) })
    // Each has a number of its own, newer than the one before.
    for (number, next) in zip(numbers, numbers.dropFirst()) {
      #expect(SequenceNumber.isNewer(next, than: number))
    }
  }

  @Test func `numbers go on where the clock stands still`() {
    var router = Cast.router()
    let wall = Cast.at(0).wall
    let first = router.arrive(at: Moment(elapsed: .zero, wall: wall)).updates.first
    let second = router.advance(to: Moment(elapsed: .seconds(2), wall: wall)).updates.first
    #expect(second?.sequence == first.map { $0.sequence &+ 1 })
  }

  @Test func `a binding is refreshed before it ends, and ends without an answer`() throws {
    var router = try registered()
    #expect(router.advance(to: Cast.at(44)) == [])
    let refresh = router.advance(to: Cast.at(45))
    #expect(refresh.updates.count == 1 && router.isTunnelOpen)
    #expect(router.nextDeadline == .seconds(46))
    for time in [46.0, 48, 52] {
      #expect(router.advance(to: Cast.at(time)).updates.count == 1)
      #expect(router.isTunnelOpen)
    }
    #expect(router.nextDeadline == .seconds(60))
    let ended = router.advance(to: Cast.at(60))
    #expect(ended.prefix(2) == [.closeTunnel, .expired])
    #expect(ended.updates.count == 1)
    #expect(router.state == .registering)
  }

  @Test func `an answered refresh goes on from when it was sent`() throws {
    var router = try registered()
    let update = try #require(router.advance(to: Cast.at(45)).updates.first)
    let answer = answer(update)
    #expect(router.receive(answer, at: Cast.at(45.5)) == [.acknowledged(answer)])
    #expect(router.state == .registered(until: .seconds(105)))
  }

  @Test func `a shorter lifetime than asked for counts`() throws {
    var router = Cast.router()
    let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
    _ = router.receive(answer(update, lifetime: 2), at: Cast.at(0))
    #expect(router.state == .registered(until: .seconds(8)))
    #expect(router.nextDeadline == .seconds(6))
  }

  @Test func `a number out of the window is corrected at once`() throws {
    var router = Cast.router()
    let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
    let theirs = update.sequence &+ 500
    let actions = router.receive(
      answer(update, 135, sequence: theirs, lifetime: 0), at: Cast.at(0.02))
    #expect(actions.updates.first?.sequence == theirs &+ 1)
    #expect(router.nextDeadline.map { $0 > .seconds(0.02) } == true)
    // Not without end, whatever the other end says.
    var sent = 0
    var last = try #require(actions.updates.first)
    for _ in 0..<20 {
      let more = router.receive(
        answer(last, 135, sequence: last.sequence &+ 9, lifetime: 0), at: Cast.at(0.03)
      ).updates
      sent += more.count
      last = more.first ?? last
    }
    #expect(sent == 2)
  }

  @Test func `a number that another server used just before is corrected at once`()
    throws
  {
    var router = Cast.router()
    let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
    let actions = router.receive(
      answer(update, 135, sequence: update.sequence, lifetime: 0), at: Cast.at(0.02))
    let next = try #require(actions.updates.first)
    #expect(next.sequence == update.sequence &+ 1)
    #expect(router.receive(answer(next), at: Cast.at(0.03)).first == .openTunnel)
    // A refresh that was but repeated on its way changes nothing.
    let refresh = try #require(router.advance(to: Cast.at(50)).updates.first)
    let repeated = answer(refresh, 135, sequence: refresh.sequence, lifetime: 0)
    #expect(router.receive(repeated, at: Cast.at(50)) == [.ignored(repeated, .notAskedFor)])
  }

  /// The guest is where the other server registered it; this one has not noticed yet.
  @Test func `a router that was superseded stays silent`() throws {
    var router = try registered()
    let update = try #require(router.advance(to: Cast.at(45)).updates.first)
    let answer = answer(update, 135, sequence: update.sequence &+ 3, lifetime: 0)
    #expect(
      router.receive(answer, at: Cast.at(45))
        == [.closeTunnel, .rejected(answer), .superseded])
    #expect(router.state == .away && router.nextDeadline == nil)
  }

  @Test func `an Update that was overtaken by a later one of the same router means nothing`() throws
  {
    var router = Cast.router()
    let first = try #require(router.arrive(at: Cast.at(0)).updates.first)
    let second = try #require(router.advance(to: Cast.at(1.5)).updates.first)
    let late = answer(first, 135, sequence: second.sequence, lifetime: 0)
    #expect(router.receive(late, at: Cast.at(1.6)) == [.ignored(late, .notAskedFor)])
    #expect(router.receive(answer(second), at: Cast.at(1.7)).first == .openTunnel)
  }

  @Test(arguments: BindingStatus.allCases.filter { !$0.isAccepted })
  func `every rejection closes the way and is asked again`(status: BindingStatus) throws {
    var router = Cast.router()
    let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
    let answer = answer(
      update, status.rawValue,
      sequence: update.sequence &+ (status == .sequenceOutOfWindow ? 1 : 0), lifetime: 0, flags: 0)
    let actions = router.receive(answer, at: Cast.at(0.1))
    #expect(actions.first == .rejected(answer))
    #expect(!router.isTunnelOpen)
    let wait = try #require(router.nextDeadline) - .seconds(0.1)
    switch status {
    case .sequenceOutOfWindow: #expect(actions.updates.count == 1)
    case _ where status.isTemporary: #expect(wait == .seconds(3))
    default: #expect(wait == .seconds(32))
    }
  }

  @Test func `a home agent that serves no mobile routers`() throws {
    var router = Cast.router()
    let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
    let answer = answer(update, flags: 0)
    #expect(router.receive(answer, at: Cast.at(0)) == [.rejected(answer)])
    #expect(!router.isTunnelOpen)
  }

  @Test func `whoever left stays silent`() throws {
    var router = try registered()
    #expect(router.leave(at: Cast.at(10)) == [.closeTunnel])
    #expect(router.nextDeadline == nil)
    #expect(router.advance(to: Cast.at(1000)) == [])
    // An answer that is still on its way opens nothing.
    var second = Cast.router()
    let update = try #require(second.arrive(at: Cast.at(0)).updates.first)
    #expect(second.leave(at: Cast.at(0.01)) == [])
    #expect(
      second.receive(answer(update), at: Cast.at(0.02)) == [.ignored(answer(update), .notAskedFor)])
    #expect(second.state == .away)
  }

  @Test func `a guest that is gone for good is given back`() throws {
    var router = try registered()
    let actions = router.leave(deregistering: true, at: Cast.at(10))
    #expect(actions.first == .closeTunnel)
    let update = try #require(actions.updates.first)
    #expect(update.lifetime == 0)
    var again = router
    let answer = answer(update, lifetime: 0)
    #expect(router.receive(answer, at: Cast.at(10.1)) == [.acknowledged(answer)])
    #expect(router.state == .away)
    // Three times, then it is left to its lifetime.
    #expect(again.advance(to: Cast.at(11)).updates.count == 1)
    #expect(again.advance(to: Cast.at(13)).updates.count == 1)
    #expect(again.advance(to: Cast.at(17)) == [])
    #expect(again.state == .away)
  }

  @Test func `a binding that the home agent could not set up is none`() throws {
    var router = try registered()
    let update = try #require(router.advance(to: Cast.at(45)).updates.first)
    let answer = answer(update, 143, lifetime: 0, flags: 0)
    #expect(router.receive(answer, at: Cast.at(45)) == [.closeTunnel, .rejected(answer)])
  }

  /// The home agent is busy: what was bound still is.
  @Test func `a refresh that is put off closes nothing`() throws {
    var router = try registered()
    let update = try #require(router.advance(to: Cast.at(45)).updates.first)
    let answer = answer(update, 128, lifetime: 0, flags: 0)
    #expect(router.receive(answer, at: Cast.at(45)) == [.rejected(answer)])
    #expect(router.isTunnelOpen && router.nextDeadline == .seconds(47))
  }

  @Test(arguments: [(UInt8(0), true), (133, true), (130, false), (144, false)])
  func `what is given back is gone only where the home agent says so`(
    status: UInt8, isGone: Bool
  ) throws {
    var router = try registered()
    let update = try #require(
      router.leave(deregistering: true, at: Cast.at(1)).updates.first)
    _ = router.receive(answer(update, status, lifetime: 0), at: Cast.at(1))
    #expect((router.state == .away) == isGone)
  }

  @Test func `no lifetime is too short to be one`() {
    var router = Cast.router(lifetime: .seconds(1))
    #expect(router.arrive(at: Cast.at(0)).updates.first?.lifetime == 1)
  }

  /// Each is later than the one before, also where the clock stands still or was set back.
  @Test func `no two Updates have one timestamp`() throws {
    var router = Cast.router(security: Cast.security)
    var identifiers = router.arrive(at: Cast.at(0)).updates.map(\.messageIdentifier)
    for (elapsed, wall) in [(1.5, 0.0), (5, -100), (12, -100), (30, 30)] {
      let moment = Moment(elapsed: .seconds(elapsed), wall: Cast.at(wall).wall)
      identifiers += router.advance(to: moment).updates.map(\.messageIdentifier)
    }
    let known = identifiers.compactMap(\.self)
    #expect(known.count == 5)
    #expect(zip(known, known.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `what is not believed`() throws {
    var router = Cast.router()
    let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
    func reason(_ change: (inout BindingMessage) -> Void) -> MobileRouter.IgnoreReason? {
      var message = answer(update)
      change(&message)
      let actions = router.receive(message, at: Cast.at(0))
      guard actions.count == 1, case .ignored(message, let reason) = actions[0] else { return nil }
      return reason
    }
    #expect(reason { $0.checksumIsRight = false } == .wrongChecksum)
    #expect(reason { $0.source = Cast.servers[1] } == .wrongAddress)
    #expect(reason { $0.destination = Cast.servers[1] } == .wrongAddress)
    #expect(reason { $0.homeAddress = nil } == .wrongAddress)
    #expect(reason { $0.homeAddress = Cast.servers[1] } == .wrongAddress)
    #expect(reason { $0.sequence &+= 1 } == .notAskedFor)
    #expect(
      reason {
        $0.kind = .update
        $0.status = nil
      } == .notAnAcknowledgement)
    #expect(router.state == .registering)
  }

  @Test func `an answer without the code is not believed`() throws {
    var router = Cast.router(security: Cast.security)
    let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
    let bare = answer(update)
    #expect(router.receive(bare, at: Cast.at(0)) == [.ignored(bare, .notAuthenticated)])
    // Without the Update's timestamp, or with another, it is one of another time.
    for identifier in [nil, 1, update.messageIdentifier.map { $0 &- 1 }] as [UInt64?] {
      var old = bare
      old.messageIdentifier = identifier
      let replay = try #require(Cast.security.sign(old).onArrival)
      #expect(router.receive(replay, at: Cast.at(0)) == [.ignored(replay, .notAuthenticated)])
    }
    // That the code is wrong anybody may say: it is told, and the Updates go on.
    let refusal = answer(update, 146, lifetime: 0, flags: 0)
    let deadline = router.nextDeadline
    #expect(router.receive(refusal, at: Cast.at(0)) == [.rejected(refusal)])
    #expect(router.state == .registering && router.nextDeadline == deadline)
    var right = bare
    right.messageIdentifier = update.messageIdentifier
    let signed = try #require(Cast.security.sign(right).onArrival)
    #expect(router.receive(signed, at: Cast.at(0)).first == .openTunnel)
    let refresh = try #require(router.advance(to: Cast.at(45)).updates.first)
    let late = answer(refresh, 146, lifetime: 0, flags: 0)
    #expect(router.receive(late, at: Cast.at(45)) == [.ignored(late, .notAuthenticated)])
    // A number out of the window that was true once silences nobody now.
    var window = answer(refresh, 135, sequence: 5, lifetime: 0)
    window.messageIdentifier = update.messageIdentifier
    let replayed = try #require(Cast.security.sign(window).onArrival)
    #expect(router.receive(replayed, at: Cast.at(45)) == [.ignored(replayed, .notAuthenticated)])
    #expect(router.isTunnelOpen)
  }

  /// The clock of the server is an hour off: one answer tells it so.
  @Test func `a wrong clock is corrected by the home agent's`() throws {
    var agent = Cast.homeAgent(security: Cast.security)
    var router = Cast.router(security: Cast.security)
    let off = Moment(elapsed: .zero, wall: Cast.at(3600).wall)
    let first = try #require(router.arrive(at: off).updates.first?.onArrival)
    let refusal = try #require(agent.receive(first, at: Cast.at(0)).answers.first?.onArrival)
    #expect(refusal.status == BindingStatus.messageIdentifierMismatch.rawValue)
    let second = try #require(router.receive(refusal, at: off).updates.first?.onArrival)
    let answer = try #require(agent.receive(second, at: Cast.at(0)).answers.first?.onArrival)
    #expect(router.receive(answer, at: off).first == .openTunnel)
  }
}
