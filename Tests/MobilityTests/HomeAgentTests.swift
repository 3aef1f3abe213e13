import Mobility
import Testing
import Wire

@Suite struct HomeAgentTests {
  private let start = Cast.at(0)

  /// Binds the first server with this sequence number.
  private func bound(_ sequence: UInt16) -> HomeAgent {
    var agent = Cast.homeAgent()
    _ = agent.receive(Cast.update(sequence), at: start)
    return agent
  }

  @Test func `an Update binds and is acknowledged, in this order`() throws {
    var agent = Cast.homeAgent()
    let actions = agent.receive(Cast.update(7), at: start)
    let binding = try #require(agent.bindings.first)
    #expect(binding.careOfAddress == Cast.servers[0])
    #expect(binding.prefixes == [Cast.prefix])
    #expect(binding.expiry == .seconds(60))
    #expect(agent.nextDeadline == .seconds(60))
    let acknowledgement = BindingMessage(
      kind: .acknowledgement, source: Cast.agent, destination: Cast.servers[0], sequence: 7,
      flags: 0x40, lifetime: 15, status: 0, homeAddress: Cast.home)
    #expect(actions == [.bind(binding, replacing: nil), .send(acknowledgement)])
  }

  @Test(arguments: [
    (BindingStatus.notHomeAgent, Cast.update(1, homeAddress: Cast.address("2001:db8:99::1"))),
    (.invalidPrefix, Cast.update(1, prefixes: [.init(address: Cast.home, length: 64)])),
    (
      .invalidPrefix, Cast.update(1, prefixes: [.init(address: Cast.address("fe80::"), length: 64)])
    ),
    (.invalidPrefix, Cast.update(1, prefixes: [.init(address: Cast.prefix.address, length: 129)])),
    (.invalidPrefix, Cast.update(1, prefixes: [.init(address: Cast.address("::"), length: 0)])),
    (
      .notAuthorizedForPrefix,
      Cast.update(1, prefixes: [.init(address: Cast.address("2001:db8:43::"), length: 64)])
    ),
    // Shorter than what it may have.
    (
      .notAuthorizedForPrefix,
      Cast.update(1, prefixes: [.init(address: Cast.address("2001:db8:40::"), length: 42)])
    ),
    (.invalidCareOfAddress, Cast.update(1, alternate: Cast.address("ff02::1"))),
    (.invalidCareOfAddress, Cast.update(1, alternate: Cast.address("fe80::1"))),
    (.invalidCareOfAddress, Cast.update(1, alternate: Cast.address("::1"))),
    (.invalidCareOfAddress, Cast.update(1, alternate: Cast.agent)),
    // Nothing is bound that could be given back.
    (.notHomeAgent, Cast.update(1, lifetime: 0)),
  ])
  func rejections(status: BindingStatus, update: BindingMessage) {
    var agent = Cast.homeAgent()
    #expect(agent.receive(update, at: start).status == status)
    #expect(agent.bindings.isEmpty)
    // A rejection is told also where no Acknowledgement was asked for.
    var quiet = update
    quiet.flags &= ~BindingMessage.UpdateFlag.acknowledge
    #expect(agent.receive(quiet, at: start).status == status)
  }

  @Test func `who is no router may not be one`() {
    var agent = Cast.homeAgent(prefixes: [])
    #expect(agent.receive(Cast.update(1), at: start).status == .mobileRouterNotPermitted)
    // As a host it is served, and its home address alone.
    let actions = agent.receive(Cast.update(1, flags: 0xc000, prefixes: []), at: start)
    #expect(actions.status == .accepted)
    #expect(actions.answers.last?.flags == 0)
    #expect(agent.bindings.first?.prefixes == [.init(address: Cast.home, length: 128)])
  }

  @Test func `who is prohibited is told so`() {
    var agent = Cast.homeAgent(isProhibited: true)
    #expect(agent.receive(Cast.update(1), at: start).status == .administrativelyProhibited)
  }

  @Test func `more bindings than there is room for`() {
    var agent = Cast.homeAgent(maximumBindings: 1)
    #expect(agent.receive(Cast.update(1), at: start).status == .accepted)
    let second = Cast.address("2001:db8:43::1")
    let other = Cast.update(1, prefixes: [], homeAddress: second)
    #expect(agent.receive(other, at: start).status == .insufficientResources)
    // Who is bound goes on.
    #expect(agent.receive(Cast.update(2, server: 1), at: start).status == .accepted)
  }

  /// The last number, the next, and whether that is newer.
  private static let numbers: [(UInt16, UInt16, Bool)] = [
    (100, 101, true), (100, 100, false), (100, 99, false), (100, 32867, true),
    (100, 32868, false), (65535, 0, true), (0, 65535, false), (40000, 7231, true),
    (40000, 7232, false),
  ]

  @Test(arguments: numbers)
  func `numbers are compared modulo 2 to the 16`(last: UInt16, next: UInt16, isNewer: Bool) {
    var agent = bound(last)
    let actions = agent.receive(Cast.update(next, server: 1), at: start)
    #expect(actions.status == (isNewer ? .accepted : .sequenceOutOfWindow))
    #expect(actions.answers.last?.sequence == (isNewer ? next : last))
    #expect(agent.bindings.first?.careOfAddress == Cast.servers[isNewer ? 1 : 0])
  }

  @Test func `the newer registration wins, and says what it replaces`() throws {
    var agent = bound(5)
    let old = try #require(agent.bindings.first)
    let actions = agent.receive(Cast.update(6, server: 1), at: Cast.at(10))
    let new = try #require(agent.bindings.first)
    #expect(agent.bindings.count == 1)
    #expect(actions.first == .bind(new, replacing: old))
    #expect(new.expiry == .seconds(70))
    #expect(new.since == Cast.at(10).wall)
    #expect(agent.receive(Cast.update(5), at: Cast.at(11)).status == .sequenceOutOfWindow)
  }

  @Test func `implicit mode takes the prefix table's`() {
    var agent = Cast.homeAgent()
    #expect(agent.receive(Cast.update(1, prefixes: []), at: start).status == .accepted)
    #expect(agent.bindings.first?.prefixes == [Cast.prefix])
  }

  @Test func `a part of a prefix may be registered`() {
    var agent = Cast.homeAgent()
    let part = BindingMessage.Prefix(address: Cast.prefix.address, length: 80)
    #expect(agent.receive(Cast.update(1, prefixes: [part]), at: start).status == .accepted)
    #expect(agent.bindings.first?.prefixes == [part])
  }

  /// RFC 6275 sections 10.3.1 and 10.3.2.
  @Test func `also without the A flag there is an answer`() {
    var agent = Cast.homeAgent()
    #expect(agent.receive(Cast.update(1, flags: 0x4400), at: start).status == .accepted)
    let update = Cast.update(2, flags: 0x4400, lifetime: 0)
    #expect(agent.receive(update, at: start).status == .accepted)
  }

  @Test func `no tunnel leads through a tunnel`() {
    var agent = Cast.homeAgent()
    for address in ["2001:db8:42::99", "2001:db8:43::1"] {
      let update = Cast.update(1, alternate: Cast.address(address))
      #expect(agent.receive(update, at: start).status == .invalidCareOfAddress)
    }
  }

  @Test func `a prefix is bound once, by one`() {
    let shared = HomeAgent.MobileNode(homeAddress: Cast.home, prefixes: [Cast.prefix])
    var other = shared
    other.homeAddress = Cast.address("2001:db8:44::1")
    var agent = HomeAgent(
      HomeAgent.Configuration(address: Cast.agent, mobileNodes: [shared, other]))
    let twice = Cast.update(1, prefixes: [Cast.prefix, Cast.prefix])
    #expect(agent.receive(twice, at: start).status == .accepted)
    #expect(agent.bindings.first?.prefixes == [Cast.prefix])
    let second = Cast.update(1, homeAddress: other.homeAddress)
    #expect(agent.receive(second, at: start).status == .notAuthorizedForPrefix)
    #expect(agent.bindings.count == 1)
  }

  @Test func `lifetimes are cut, and end`() throws {
    var agent = Cast.homeAgent()
    let actions = agent.receive(Cast.update(1, lifetime: .max), at: start)
    #expect(actions.answers.first?.lifetime == 15)
    let binding = try #require(agent.bindings.first)
    #expect(agent.advance(to: Cast.at(59.999)) == [])
    #expect(agent.advance(to: Cast.at(60)) == [.unbind(binding, .expired)])
    #expect(agent.bindings.isEmpty && agent.nextDeadline == nil)
    // Numbers of a binding that is no more are nobody's.
    #expect(agent.receive(Cast.update(1), at: Cast.at(61)).status == .accepted)
  }

  @Test func `giving back a binding`() throws {
    var agent = bound(5)
    let binding = try #require(agent.bindings.first)
    #expect(agent.receive(Cast.update(5, lifetime: 0), at: start).status == .sequenceOutOfWindow)
    let actions = agent.receive(Cast.update(6, lifetime: 0), at: start)
    #expect(actions.first == .unbind(binding, .deregistered))
    #expect(actions.answers.first?.lifetime == 0)
    #expect(agent.bindings.isEmpty)
  }

  /// From home there is no Home Address option, and the answer has no routing header.
  @Test func `coming home`() {
    var agent = bound(5)
    var update = Cast.update(6, homeAddress: nil)
    update.source = Cast.home
    let actions = agent.receive(update, at: start)
    #expect(actions.status == .accepted)
    #expect(actions.answers.first?.destination == Cast.home)
    #expect(actions.answers.first?.homeAddress == nil)
    #expect(agent.bindings.isEmpty)
  }

  @Test func `a binding does not change its kind`() {
    var agent = bound(5)
    let host = Cast.update(6, flags: 0xc000, prefixes: [])
    #expect(agent.receive(host, at: start).status == .registrationTypeChange)
    let correspondent = Cast.update(6, flags: 0x8400)
    #expect(agent.receive(correspondent, at: start).status == .registrationTypeChange)
    #expect(agent.bindings.first?.sequence == 5)
  }

  @Test func `forwarding that cannot be set up`() throws {
    var agent = Cast.homeAgent()
    let update = Cast.update(1)
    _ = agent.receive(update, at: start)
    let binding = try #require(agent.bindings.first)
    let actions = agent.forwardingFailed(for: update, at: start)
    #expect(actions.first == .unbind(binding, .forwardingFailed))
    #expect(actions.status == .forwardingSetupFailed)
    #expect(agent.bindings.isEmpty)
  }

  @Test func `what has no answer`() {
    var agent = Cast.homeAgent()
    func reason(_ change: (inout BindingMessage) -> Void) -> HomeAgent.IgnoreReason? {
      var message = Cast.update(1)
      change(&message)
      let actions = agent.receive(message, at: start)
      guard actions.count == 1, case .ignored(message, let reason) = actions[0] else { return nil }
      return reason
    }
    #expect(reason { $0.checksumIsRight = false } == .wrongChecksum)
    #expect(reason { $0.checksumIsRight = nil } == .wrongChecksum)
    #expect(reason { $0.destination = Cast.servers[1] } == .notForThisAgent)
    #expect(reason { $0.flags = 0x8400 } == .notHomeRegistration)
    #expect(reason { $0.homeAddress = Cast.address("ff02::1") } == .wrongHomeAddress)
    #expect(reason { $0.source = Cast.address("fe80::1") } == .wrongHomeAddress)
    #expect(
      reason {
        $0.kind = .acknowledgement
        $0.status = 0
      } == .notAnUpdate)
    #expect(agent.bindings.isEmpty)
  }

  @Test func `authentication and replay`() throws {
    var agent = Cast.homeAgent(security: Cast.security)
    var router = Cast.router(security: Cast.security)
    let signed = try #require(router.arrive(at: start).updates.first?.onArrival)
    // Without a code, with another key, and with one changed bit.
    #expect(
      agent.receive(Cast.update(1), at: start)
        == [.ignored(Cast.update(1), .notAuthenticated)])
    let other = SecurityAssociation(index: 256, key: [1]).sign(Cast.update(1))
    let forged = try #require(other.onArrival)
    #expect(agent.receive(forged, at: start).status == .authenticationFailed)
    var changed = signed
    changed.alternateCareOfAddress = Cast.servers[1]
    #expect(agent.receive(changed, at: start).status == .authenticationFailed)
    // Right, but without a timestamp.
    let undated = try #require(Cast.security.sign(Cast.update(1)).onArrival)
    #expect(agent.receive(undated, at: start).status == .messageIdentifierRequired)
    // Too old, and from the future: the answer tells the agent's seconds.
    for moment in [Cast.at(7.1), Cast.at(-7.1)] {
      let late = agent.receive(signed, at: moment)
      #expect(late.status == .messageIdentifierMismatch)
      #expect(late.answers.last?.messageIdentifier != signed.messageIdentifier)
    }
    #expect(agent.bindings.isEmpty)
    let accepted = agent.receive(signed, at: start)
    #expect(accepted.status == .accepted)
    let answer = try #require(accepted.answers.first?.onArrival)
    #expect(Cast.security.verifies(answer))
    #expect(answer.messageIdentifier == signed.messageIdentifier)
    // The same once more, also where the binding was given back since, and from elsewhere.
    #expect(agent.receive(signed, at: start).status == .messageIdentifierMismatch)
    let soon = Cast.at(0.5)
    let end = try #require(
      router.leave(deregistering: true, at: soon).updates.first?.onArrival)
    _ = router
    #expect(agent.receive(end, at: soon).status == .accepted)
    var elsewhere = signed
    elsewhere.source = Cast.servers[1]
    for replay in [signed, elsewhere] {
      #expect(agent.receive(replay, at: Cast.at(1)).status == .messageIdentifierMismatch)
    }
    #expect(agent.bindings.isEmpty)
  }

  @Test func `another configuration, and the end`() throws {
    var agent = bound(1)
    let binding = try #require(agent.bindings.first)
    var configuration = HomeAgent.Configuration(
      address: Cast.agent,
      mobileNodes: [HomeAgent.MobileNode(homeAddress: Cast.home, prefixes: [Cast.prefix])])
    #expect(agent.reload(configuration) == [])
    configuration.mobileNodes[0].prefixes = []
    #expect(agent.reload(configuration) == [.unbind(binding, .noLongerPermitted)])
    #expect(agent.shutDown() == [])
    var second = bound(1)
    #expect(second.shutDown() == [.unbind(binding, .shutDown)])
    #expect(second.nextDeadline == nil)
    let late = Cast.update(9)
    #expect(second.receive(late, at: start) == [.ignored(late, .shutDown)])
  }
}
