package import Wire

/// A home agent (RFC 6275 section 10, RFC 3963 section 6) without its input and output: messages and the
/// time go in, answers and what is to be forwarded come out.
package struct HomeAgent: Sendable {
  /// What there is to do, in this order.
  package enum Action: Sendable, Hashable {
    case send(BindingMessage)
    /// Forward the binding's prefixes to its care-of address, and take packets of theirs from there alone.
    /// Where that fails, `forwardingFailed` is to be told instead of doing what follows.
    case bind(Binding, replacing: Binding?)
    case unbind(Binding, EndReason)
    case ignored(BindingMessage, IgnoreReason)
  }

  package enum EndReason: String, Sendable, Hashable {
    case deregistered, expired
    case noLongerPermitted = "no longer permitted"
    case forwardingFailed = "forwarding set-up failed"
    case shutDown = "shut down"
  }

  /// Why a message has no answer.
  package enum IgnoreReason: String, Sendable, Hashable {
    case notAnUpdate = "no Binding Update"
    case notForThisAgent = "not for this home agent"
    case wrongChecksum = "wrong checksum"
    case notHomeRegistration = "no home registration"
    case wrongHomeAddress = "home address that is none"
    case notAuthenticated = "no authentication option"
    case shutDown = "shut down"
  }

  package struct Configuration: Sendable, Hashable {
    package var address: IPAddress
    package var maximumLifetime: Duration
    package var maximumBindings: Int
    package var mobileNodes: [MobileNode]

    package init(
      address: IPAddress, maximumLifetime: Duration = .seconds(420), maximumBindings: Int = 65_536,
      mobileNodes: [MobileNode]
    ) {
      self.address = address
      self.maximumLifetime = maximumLifetime
      self.maximumBindings = maximumBindings
      self.mobileNodes = mobileNodes
    }
  }

  /// One that this agent serves.
  package struct MobileNode: Sendable, Hashable {
    package var homeAddress: IPAddress
    /// The prefix table (RFC 3963 section 6.1.2): what it may register; none for a host that is no router.
    package var prefixes: [BindingMessage.Prefix]
    package var security: SecurityAssociation?
    /// Known, but not to be served.
    package var isProhibited: Bool

    package init(
      homeAddress: IPAddress, prefixes: [BindingMessage.Prefix],
      security: SecurityAssociation? = nil, isProhibited: Bool = false
    ) {
      self.homeAddress = homeAddress
      self.prefixes = prefixes
      self.security = security
      self.isProhibited = isProhibited
    }
  }

  /// The unit of lifetimes on the wire (RFC 6275 section 6.1.7).
  static let lifetimeUnit = Duration.seconds(4)

  private var configuration: Configuration
  private var cache: [IPAddress: Binding] = [:]
  /// The timestamps that were accepted last, whatever became of the bindings: of each router by itself, since
  /// the clocks of two that serve the same guest differ.
  private var identifiers: [Sender: UInt64] = [:]
  private var isShutDown = false

  /// Both addresses are covered by the authenticator.
  private struct Sender: Hashable {
    var homeAddress: IPAddress
    var careOfAddress: IPAddress
  }

  package init(_ configuration: Configuration) {
    self.configuration = configuration
  }

  /// The binding cache, in the order of the home addresses.
  package var bindings: [Binding] { cache.values.sorted { $0.homeAddress < $1.homeAddress } }

  /// When `advance` has something to do, by the clock of `Moment.elapsed`.
  package var nextDeadline: Duration? { cache.values.map(\.expiry).min() }

  /// Ends what has expired.
  package mutating func advance(to now: Moment) -> [Action] {
    end(.expired) { $0.expiry <= now.elapsed }
  }

  /// Goes on with another configuration: what it does not permit any more ends.
  package mutating func reload(_ configuration: Configuration) -> [Action] {
    self.configuration = configuration
    return end(.noLongerPermitted) { binding in
      let known = configuration.mobileNodes.first { $0.homeAddress == binding.homeAddress }
      guard let node = known, !node.isProhibited else { return true }
      return binding.isMobileRouter
        && !binding.prefixes.allSatisfy { prefix in node.prefixes.contains { $0.contains(prefix) } }
    }
  }

  /// Ends all bindings, and answers nothing from then on.
  package mutating func shutDown() -> [Action] {
    isShutDown = true
    return end(.shutDown) { _ in true }
  }

  private mutating func end(
    _ reason: EndReason, where isEnding: (Binding) -> Bool
  ) -> [Action] {
    let ending = bindings.filter(isEnding)
    for binding in ending { cache[binding.homeAddress] = nil }
    return ending.map { .unbind($0, reason) }
  }

  private func node(_ homeAddress: IPAddress) -> MobileNode? {
    configuration.mobileNodes.first { $0.homeAddress == homeAddress }
  }
}

extension HomeAgent {
  /// Takes a message as it was parsed.
  package mutating func receive(_ message: BindingMessage, at now: Moment) -> [Action] {
    let expired = advance(to: now)
    if let reason = reasonToIgnore(message) { return expired + [.ignored(message, reason)] }
    let update = Update(message)
    do throws(Rejection) {
      return expired + (try register(update, at: now))
    } catch {
      return expired + [answer(update, error.status, sequence: error.sequence, at: now)]
    }
  }

  /// The forwarding of what was bound last could not be set up (status 143, RFC 3963 section 6.2).
  package mutating func forwardingFailed(
    for message: BindingMessage, at now: Moment
  ) -> [Action] {
    let update = Update(message)
    let ended = end(.forwardingFailed) { $0.homeAddress == update.homeAddress }
    return ended + [answer(update, .forwardingSetupFailed, at: now)]
  }

  /// An Update with what it means.
  private struct Update {
    let message: BindingMessage
    let homeAddress: IPAddress
    let flags: UInt16

    init(_ message: BindingMessage) {
      self.message = message
      // One that is sent from home needs no Home Address option (RFC 6275 section 11.5.5).
      homeAddress = message.homeAddress ?? message.source
      flags = message.flags
    }

    var sender: Sender { Sender(homeAddress: homeAddress, careOfAddress: message.careOfAddress) }

    func has(_ flag: UInt16) -> Bool { flags & flag != 0 }

    /// RFC 6275 section 10.3.2.
    var isDeregistration: Bool {
      message.lifetime == 0 || message.careOfAddress == homeAddress
    }
  }

  private struct Rejection: Error {
    let status: BindingStatus
    /// To be told instead of the Update's own.
    var sequence: UInt16?

    init(_ status: BindingStatus, sequence: UInt16? = nil) {
      self.status = status
      self.sequence = sequence
    }
  }

  /// What has no answer (RFC 6275 sections 9.2 and 9.5.1): an Update without the H flag would be one for a
  /// correspondent node, which needs nonces that nobody has here.
  private func reasonToIgnore(_ message: BindingMessage) -> IgnoreReason? {
    guard !isShutDown else { return .shutDown }
    guard message.kind == .update else { return .notAnUpdate }
    guard message.destination == configuration.address else { return .notForThisAgent }
    guard message.checksumIsRight == true else { return .wrongChecksum }
    let update = Update(message)
    guard update.homeAddress.isGlobalUnicast, message.source.isGlobalUnicast else {
      return .wrongHomeAddress
    }
    guard update.has(BindingMessage.UpdateFlag.homeRegistration) || cache[update.homeAddress] != nil
    else { return .notHomeRegistration }
    guard message.authentication != nil || node(update.homeAddress)?.security == nil else {
      return .notAuthenticated
    }
    return nil
  }

  private mutating func register(
    _ update: Update, at now: Moment
  ) throws(Rejection) -> [Action] {
    let message = update.message
    guard let node = node(update.homeAddress) else { throw Rejection(.notHomeAgent) }
    try authenticate(update, of: node, at: now)
    guard !node.isProhibited else { throw Rejection(.administrativelyProhibited) }
    let old = cache[update.homeAddress]
    if let old {
      // RFC 6275 section 9.5.1: neither H nor, for the same reason, R changes while a binding lasts.
      guard update.has(BindingMessage.UpdateFlag.homeRegistration),
        update.isDeregistration
          || old.isMobileRouter == update.has(BindingMessage.UpdateFlag.mobileRouter)
      else { throw Rejection(.registrationTypeChange) }
      guard SequenceNumber.isNewer(message.sequence, than: old.sequence) else {
        throw Rejection(.sequenceOutOfWindow, sequence: old.sequence)
      }
    }
    note(update, of: node)
    guard !update.isDeregistration else { return try deregister(update, old, at: now) }
    let careOf = message.careOfAddress
    // A tunnel to an address that is itself reached through a tunnel would not end.
    guard careOf.isGlobalUnicast, careOf != configuration.address, !isServed(careOf) else {
      throw Rejection(.invalidCareOfAddress)
    }
    let prefixes = try prefixes(of: update, node)
    guard old != nil || cache.count < configuration.maximumBindings else {
      throw Rejection(.insufficientResources)
    }
    let lifetime = min(Self.lifetimeUnit * Int(message.lifetime), configuration.maximumLifetime)
    let units = UInt16(clamping: max(lifetime.components.seconds / 4, 1))
    let binding = Binding(
      homeAddress: update.homeAddress, careOfAddress: careOf, prefixes: prefixes,
      isMobileRouter: update.has(BindingMessage.UpdateFlag.mobileRouter),
      sequence: message.sequence,
      expiry: now.elapsed + Self.lifetimeUnit * Int(units),
      since: old?.careOfAddress == careOf ? old?.since ?? now.wall : now.wall)
    cache[update.homeAddress] = binding
    // Whatever the A flag says, a home registration is acknowledged (RFC 6275 section 10.3.1).
    return [
      .bind(binding, replacing: old), answer(update, .accepted, lifetime: units, at: now),
    ]
  }

  /// Whether the address is one of those that this agent forwards to care-of addresses.
  private func isServed(_ address: IPAddress) -> Bool {
    let alone = BindingMessage.Prefix(address: address, length: 128)
    return configuration.mobileNodes.contains { node in
      node.homeAddress == address || node.prefixes.contains { $0.contains(alone) }
    }
  }

  /// RFC 6275 section 10.3.2: what is not bound cannot be given back.
  private mutating func deregister(
    _ update: Update, _ old: Binding?, at now: Moment
  ) throws(Rejection) -> [Action] {
    guard let old else { throw Rejection(.notHomeAgent) }
    cache[update.homeAddress] = nil
    return [.unbind(old, .deregistered), answer(update, .accepted, at: now)]
  }

  /// What a router may register: in explicit mode what it names, in implicit mode what the prefix table
  /// has for it (RFC 3963 section 6.2).
  private func prefixes(
    of update: Update, _ node: MobileNode
  ) throws(Rejection) -> [BindingMessage.Prefix] {
    guard update.has(BindingMessage.UpdateFlag.mobileRouter) else {
      return [BindingMessage.Prefix(address: update.homeAddress, length: 128)]
    }
    guard !node.prefixes.isEmpty else { throw Rejection(.mobileRouterNotPermitted) }
    let named = update.message.prefixes
    guard named.allSatisfy(\.isValid) else { throw Rejection(.invalidPrefix) }
    let arePermitted = named.allSatisfy { prefix in
      node.prefixes.contains { $0.contains(prefix) }
    }
    guard arePermitted else { throw Rejection(.notAuthorizedForPrefix) }
    var prefixes: [BindingMessage.Prefix] = []
    for prefix in named.isEmpty ? node.prefixes : named where !prefixes.contains(prefix) {
      prefixes.append(prefix)
    }
    // What another one has bound it cannot have too, whatever the prefix table says.
    let isTaken = cache.values.contains { other in
      other.homeAddress != update.homeAddress
        && other.prefixes.contains { taken in
          prefixes.contains { $0.contains(taken) || taken.contains($0) }
        }
    }
    guard !isTaken else { throw Rejection(.notAuthorizedForPrefix) }
    return prefixes
  }

  /// RFC 4285 sections 5.1 and 6.
  private func authenticate(
    _ update: Update, of node: MobileNode, at now: Moment
  ) throws(Rejection) {
    guard let security = node.security else { return }
    guard security.verifies(update.message) else { throw Rejection(.authenticationFailed) }
    guard let identifier = update.message.messageIdentifier else {
      throw Rejection(.messageIdentifierRequired)
    }
    let skew = NetworkTime.nanoseconds(
      from: NetworkTime.identifier(at: now.wall), to: identifier)
    let isFresh = identifiers[update.sender].map { Int64(bitPattern: identifier &- $0) > 0 } ?? true
    guard Duration.nanoseconds(Int64(clamping: skew.magnitude)) <= security.maximumSkew, isFresh
    else { throw Rejection(.messageIdentifierMismatch) }
  }

  /// Remembers the timestamp that was accepted, and forgets those that no message could come again with.
  private mutating func note(_ update: Update, of node: MobileNode) {
    guard let security = node.security, let identifier = update.message.messageIdentifier else {
      return
    }
    let span = security.maximumSkew * 2
    identifiers = identifiers.filter { sender, other in
      sender.homeAddress != update.homeAddress
        || .nanoseconds(NetworkTime.nanoseconds(from: other, to: identifier)) < span
    }
    identifiers[update.sender] = identifier
  }

  /// The Acknowledgement (RFC 6275 section 9.5.4): to where the Update came from, with a type 2 routing
  /// header unless that is home.
  private func answer(
    _ update: Update, _ status: BindingStatus, sequence: UInt16? = nil, lifetime: UInt16 = 0,
    at now: Moment
  ) -> Action {
    let isRouter =
      status.isAccepted && update.has(BindingMessage.UpdateFlag.mobileRouter)
    var message = BindingMessage(
      kind: .acknowledgement, source: configuration.address, destination: update.message.source,
      sequence: sequence ?? update.message.sequence,
      flags: isRouter ? BindingMessage.AcknowledgementFlag.mobileRouter : 0, lifetime: lifetime,
      status: status.rawValue, homeAddress: update.message.homeAddress)
    // One whose key is not known, or wrong, gets no code: nothing of it is to be believed.
    guard let security = node(update.homeAddress)?.security, status != .authenticationFailed else {
      return .send(message)
    }
    message.messageIdentifier = update.message.messageIdentifier
    if status == .messageIdentifierMismatch, let identifier = message.messageIdentifier {
      // The agent's seconds, and the Update's fraction, by which it is known again.
      message.messageIdentifier =
        (NetworkTime.identifier(at: now.wall) >> 32) << 32 | identifier & 0xffff_ffff
    }
    return .send(security.sign(message))
  }
}
