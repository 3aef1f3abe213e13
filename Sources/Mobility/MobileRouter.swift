package import Wire

/// A mobile router (RFC 3963 section 5, RFC 6275 section 11.7) for one home address, the guest's, without
/// its input and output.
///
/// A server has one for each of its guests, so that they move one at a time. The server that a guest left
/// stays silent: the home agent knows one binding a home address, and a late de-registration would end
/// that of the server where the guest is now.
package struct MobileRouter: Sendable {
  /// What there is to do, in this order.
  package enum Action: Sendable, Hashable {
    case send(BindingMessage)
    /// The home agent forwards to here: what the guest sends may go through the tunnel.
    case openTunnel
    case closeTunnel
    case acknowledged(BindingMessage)
    case rejected(BindingMessage)
    /// No Acknowledgement came before the binding ended.
    case expired
    /// Another server registered the guest: it is there, and this router stays silent.
    case superseded
    case ignored(BindingMessage, IgnoreReason)
  }

  /// Why an Acknowledgement is not believed (RFC 6275 section 11.7.3).
  package enum IgnoreReason: String, Sendable, Hashable {
    case notAnAcknowledgement = "no Binding Acknowledgement"
    case wrongAddress = "not between this router and its home agent"
    case wrongChecksum = "wrong checksum"
    case notAskedFor = "no Update of this number is open"
    case notAuthenticated = "not authenticated"
  }

  package struct Configuration: Sendable, Hashable {
    package var homeAddress: IPAddress
    package var careOfAddress: IPAddress
    package var homeAgent: IPAddress
    package var prefixes: [BindingMessage.Prefix]
    /// Whether the Updates name the prefixes (explicit mode, RFC 3963 section 5.2).
    package var isExplicit: Bool
    package var lifetime: Duration
    package var security: SecurityAssociation?

    package init(
      homeAddress: IPAddress, careOfAddress: IPAddress, homeAgent: IPAddress,
      prefixes: [BindingMessage.Prefix], isExplicit: Bool = true, lifetime: Duration = .seconds(60),
      security: SecurityAssociation? = nil
    ) {
      self.homeAddress = homeAddress
      self.careOfAddress = careOfAddress
      self.homeAgent = homeAgent
      self.prefixes = prefixes
      self.isExplicit = isExplicit
      self.lifetime = lifetime
      self.security = security
    }
  }

  package enum State: Sendable, Hashable {
    /// The guest is not here.
    case away
    /// Updates are out, and none has been acknowledged since the guest came.
    case registering
    /// Bound until then, by the clock of `Moment.elapsed`.
    case registered(until: Duration)
    /// The home agent said no; it is asked again.
    case rejected(UInt8)
    /// The guest is gone for good, and the binding is given back.
    case deregistering
  }

  /// RFC 6275 section 12.
  static let firstTimeout = Duration.milliseconds(1500)
  static let initialTimeout = Duration.seconds(1)
  static let maximumTimeout = Duration.seconds(32)
  /// How often a binding is given back before the router leaves it to its lifetime.
  static let deregistrations = 3
  /// How many Updates are remembered as open.
  static let openLimit = 8
  /// How often a rejection that says how to do it right is answered at once.
  static let correctionLimit = 3

  /// An Update that has no answer yet.
  private struct Open: Hashable {
    var sequence: UInt16
    var identifier: UInt64?
    var sentAt: Duration
  }

  package let configuration: Configuration
  package private(set) var state = State.away
  /// When `advance` has something to do, by the clock of `Moment.elapsed`.
  package private(set) var nextDeadline: Duration?
  /// The number of the Update that was sent last.
  package private(set) var sequence: UInt16?
  private var open: [Open] = []
  /// The numbers that were sent last, whatever became of them.
  private var recent: [UInt16] = []
  private var timeout = Self.firstTimeout
  private var attempts = 0
  private var corrections = 0
  /// What the home agent's clock is ahead of this one, as far as it told.
  private var clockOffset: Int64 = 0
  /// The timestamp that the home agent accepted last: only later ones are taken from then on.
  private var acceptedIdentifier: UInt64?
  /// The timestamp that the next is to be later than.
  private var lastIdentifier: UInt64?

  package init(_ configuration: Configuration) {
    self.configuration = configuration
  }

  package var isTunnelOpen: Bool {
    if case .registered = state { true } else { false }
  }

  /// The guest came: it is registered at once.
  package mutating func arrive(at now: Moment) -> [Action] {
    guard state == .away || state == .deregistering else { return [] }
    state = .registering
    begin(with: Self.firstTimeout)
    return [send(at: now)]
  }

  /// The guest left, to another server or, where the binding is to be given back, for good.
  package mutating func leave(deregistering: Bool = false, at now: Moment) -> [Action] {
    guard state != .away, state != .deregistering else { return [] }
    let closing: [Action] = isTunnelOpen ? [.closeTunnel] : []
    guard deregistering else {
      stop()
      return closing
    }
    state = .deregistering
    begin(with: Self.initialTimeout)
    return closing + [send(at: now)]
  }

  /// Retransmits, refreshes, and ends what has expired.
  package mutating func advance(to now: Moment) -> [Action] {
    guard let deadline = nextDeadline, deadline <= now.elapsed else { return [] }
    var actions: [Action] = []
    switch state {
    case .away:
      nextDeadline = nil
      return []
    case .deregistering:
      guard attempts < Self.deregistrations else {
        stop()
        return []
      }
    case .registered(let until) where until <= now.elapsed:
      state = .registering
      actions = [.closeTunnel, .expired]
    case .registered, .registering, .rejected: break
    }
    return actions + [send(at: now)]
  }

  /// Takes a message as it was parsed.
  package mutating func receive(_ message: BindingMessage, at now: Moment) -> [Action] {
    if let reason = reasonToIgnore(message) { return [.ignored(message, reason)] }
    let status = BindingStatus(rawValue: message.status ?? 128)
    guard state != .deregistering else { return takeWhileDeregistering(message, status) }
    // One who does not know the key may say that the code is wrong: it is told, and changes nothing.
    if status == .authenticationFailed, let security = configuration.security,
      !security.verifies(message)
    {
      return [.rejected(message)]
    }
    // A home agent that leaves the R flag out does not forward the prefixes (RFC 3963 section 5.3).
    if let status, status.isAccepted, message.lifetime > 0,
      message.flags & BindingMessage.AcknowledgementFlag.mobileRouter != 0
    {
      return accept(message, at: now)
    }
    return reject(message, status, at: now)
  }

  /// Given back is what was accepted, and what the home agent does not have any more.
  private mutating func takeWhileDeregistering(
    _ message: BindingMessage, _ status: BindingStatus?
  ) -> [Action] {
    switch status {
    case .accepted, .prefixDiscoveryNecessary:
      stop()
      return [.acknowledged(message)]
    case .notHomeAgent, .sequenceOutOfWindow:
      stop()
      return [.rejected(message)]
    default: return [.rejected(message)]
    }
  }

  private mutating func accept(_ message: BindingMessage, at now: Moment) -> [Action] {
    let sentAt = open.first { $0.sequence == message.sequence }?.sentAt ?? now.elapsed
    let granted = min(HomeAgent.lifetimeUnit * Int(message.lifetime), configuration.lifetime)
    let until = sentAt + granted
    let wasOpen = isTunnelOpen
    state = .registered(until: until)
    acceptedIdentifier = message.messageIdentifier
    begin(with: Self.initialTimeout)
    open = []
    // A quarter of the lifetime is left for a refresh and its retransmissions.
    nextDeadline = max(now.elapsed, sentAt + granted * 3 / 4)
    return (wasOpen ? [] : [.openTunnel]) + [.acknowledged(message)]
  }

  private mutating func reject(
    _ message: BindingMessage, _ status: BindingStatus?, at now: Moment
  ) -> [Action] {
    let closing: [Action] = isTunnelOpen ? [.closeTunnel] : []
    if isTunnelOpen, status == .sequenceOutOfWindow {
      sequence = message.sequence
      stop()
      return closing + [.rejected(message), .superseded]
    }
    open = []
    let isCorrected = corrections < Self.correctionLimit && correct(by: message, status, at: now)
    if isCorrected { corrections += 1 }
    if case .registered(let until) = state, status?.isTemporary == true,
      status != .forwardingSetupFailed
    {
      // The binding that stands is not touched by a refresh that was rejected.
      nextDeadline = min(now.elapsed + timeout, until)
      return [.rejected(message)] + (isCorrected ? [send(at: now)] : [])
    }
    state = .rejected(message.status ?? 128)
    if isCorrected { return closing + [.rejected(message), send(at: now)] }
    // What only a person can mend is asked for again at the slowest pace.
    if status?.isTemporary != true { timeout = Self.maximumTimeout }
    nextDeadline = now.elapsed + timeout
    return closing + [.rejected(message)]
  }

  /// Learns from a rejection what to do better: the number to go on from (RFC 6275 section 11.7.3), or the
  /// home agent's clock (RFC 4285 section 6).
  private mutating func correct(
    by message: BindingMessage, _ status: BindingStatus?, at now: Moment
  ) -> Bool {
    switch status {
    case .sequenceOutOfWindow:
      sequence = message.sequence
      return true
    case .messageIdentifierMismatch:
      guard let identifier = message.messageIdentifier, configuration.security != nil else {
        return false
      }
      clockOffset = NetworkTime.nanoseconds(
        from: NetworkTime.identifier(at: now.wall), to: identifier)
      // Those that were rejected may have been too far ahead.
      lastIdentifier = acceptedIdentifier
      return true
    default: return false
    }
  }

  private func reasonToIgnore(_ message: BindingMessage) -> IgnoreReason? {
    guard message.kind == .acknowledgement else { return .notAnAcknowledgement }
    guard message.source == configuration.homeAgent,
      message.destination == configuration.careOfAddress,
      message.homeAddress == configuration.homeAddress
    else { return .wrongAddress }
    guard message.checksumIsRight == true else { return .wrongChecksum }
    let status = message.status.flatMap(BindingStatus.init)
    // With status 135 comes the number that the home agent knows, not that of the Update: where it is
    // one of this router's, the Update was repeated on its way or overtaken by a later one, which has an
    // answer of its own.
    guard
      status == .sequenceOutOfWindow
        ? !open.isEmpty && (!recent.contains(message.sequence) || isTaken(message.sequence))
        : open.contains(where: { $0.sequence == message.sequence })
    else { return .notAskedFor }
    guard let security = configuration.security else { return nil }
    if status == .authenticationFailed, state == .registering, message.authentication == nil {
      return nil
    }
    return security.verifies(message) && isFresh(message, status) ? nil : .notAuthenticated
  }

  /// Whether another server may have used the number just before: that of the only Update which is open,
  /// within the same tenth of a second. Where the Update was but repeated on its way, asking anew costs
  /// a message; where it was not, silence costs the time of a retransmission.
  private func isTaken(_ sequence: UInt16) -> Bool {
    !isTunnelOpen && open.count == 1 && open.first?.sequence == sequence
  }

  /// Whether the timestamp is that of an Update which is open (RFC 4285 section 6); with status 144 its
  /// fraction alone is.
  private func isFresh(_ message: BindingMessage, _ status: BindingStatus?) -> Bool {
    guard let identifier = message.messageIdentifier else { return false }
    return open.contains { update in
      guard let own = update.identifier else { return false }
      return status == .messageIdentifierMismatch
        ? own & 0xffff_ffff == identifier & 0xffff_ffff : own == identifier
    }
  }

  private mutating func begin(with timeout: Duration) {
    self.timeout = timeout
    attempts = 0
    corrections = 0
    open = []
  }

  private mutating func stop() {
    state = .away
    nextDeadline = nil
    open = []
  }

  /// Sends an Update, and asks for the next one when its time has run out (RFC 6275 section 11.8): each
  /// has a number of its own, and waits twice as long as the one before.
  private mutating func send(at now: Moment) -> Action {
    let number = SequenceNumber.next(after: sequence, at: now.wall)
    sequence = number
    let update = update(number, at: now)
    open.append(
      Open(sequence: number, identifier: update.messageIdentifier, sentAt: now.elapsed))
    recent.append(number)
    if open.count > Self.openLimit { open.removeFirst() }
    if recent.count > Self.openLimit { recent.removeFirst() }
    attempts += 1
    nextDeadline = now.elapsed + timeout
    if case .registered(let until) = state { nextDeadline = min(now.elapsed + timeout, until) }
    timeout = min(timeout * 2, Self.maximumTimeout)
    return .send(update)
  }

  private mutating func update(_ sequence: UInt16, at now: Moment) -> BindingMessage {
    let isGivenBack = state == .deregistering
    let lifetime = UInt16(clamping: max(configuration.lifetime.components.seconds / 4, 1))
    let message = BindingMessage(
      kind: .update, source: configuration.careOfAddress, destination: configuration.homeAgent,
      sequence: sequence,
      flags: BindingMessage.UpdateFlag.acknowledge | BindingMessage.UpdateFlag.homeRegistration
        | BindingMessage.UpdateFlag.mobileRouter,
      lifetime: isGivenBack ? 0 : lifetime, homeAddress: configuration.homeAddress,
      alternateCareOfAddress: configuration.careOfAddress,
      prefixes: configuration.isExplicit ? configuration.prefixes : [])
    guard let security = configuration.security else { return message }
    var identifier = NetworkTime.identifier(at: now.wall + .nanoseconds(clockOffset))
    if let lastIdentifier, Int64(bitPattern: identifier &- lastIdentifier) <= 0 {
      identifier = lastIdentifier &+ 1
    }
    lastIdentifier = identifier
    var dated = message
    dated.messageIdentifier = identifier
    return security.sign(dated)
  }
}
