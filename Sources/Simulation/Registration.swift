package import Wire

/// A server's registration with the home agent, as both saw it, by a true clock.
package struct Registration: Sendable, Equatable {
  /// Index of the server.
  package var server: Int
  package var careOfAddress: IPAddress
  package var sequence: UInt16
  /// The Update leaves the server.
  package var updateSent: Timestamp
  /// The Update reaches the home agent, which binds at once.
  package var updateReceived: Timestamp
  /// The Acknowledgement leaves the home agent.
  package var acknowledgementSent: Timestamp
  /// The Acknowledgement reaches the server.
  package var acknowledgementReceived: Timestamp
  /// 0 accepted, 135 sequence out of window: a later server's Update was faster (RFC 6275 section
  /// 6.1.8).
  package var status: UInt8

  package var isAccepted: Bool { status == 0 }
}

extension Registration {
  /// One a stay, in the order of the stays: the sequence goes on from server to server.
  static func all(of scenario: Scenario, _ itinerary: Itinerary) -> [Registration] {
    var registrations = itinerary.stays.enumerated().map { index, stay in
      let sent = scenario.start + .nanoseconds(stay.update)
      let delay = scenario.servers[stay.server].path.delay
      return Registration(
        server: stay.server, careOfAddress: scenario.servers[stay.server].careOfAddress,
        sequence: UInt16(truncatingIfNeeded: index + 1), updateSent: sent,
        updateReceived: sent + delay,
        acknowledgementSent: sent + delay + scenario.anchorDelay,
        acknowledgementReceived: sent + delay + scenario.anchorDelay + delay, status: 0)
    }
    var newest = 0
    for index in registrations.arrivalOrder {
      if index < newest { registrations[index].status = 135 }
      newest = max(newest, index)
    }
    return registrations
  }

  /// The message of RFC 3963 that announces or acknowledges it: the guest's prefix in explicit mode.
  func message(_ kind: BindingMessage.Kind) -> BindingMessage {
    switch kind {
    case .update:
      BindingMessage(
        kind: .update, source: careOfAddress, destination: Addresses.homeAgent, sequence: sequence,
        flags: 0xc400, lifetime: Self.lifetime, homeAddress: Addresses.home,
        alternateCareOfAddress: careOfAddress,
        prefixes: [.init(address: Addresses.prefix, length: 64)])
    case .acknowledgement:
      BindingMessage(
        kind: .acknowledgement, source: Addresses.homeAgent, destination: careOfAddress,
        sequence: sequence, flags: 0x40, lifetime: isAccepted ? Self.lifetime : 0, status: status,
        homeAddress: Addresses.home)
    }
  }

  /// One hour, in units of 4 s.
  private static let lifetime: UInt16 = 900
}

extension [Registration] {
  /// Their indices in the order in which the Updates reach the home agent.
  var arrivalOrder: [Int] {
    indices.sorted { (self[$0].updateReceived, $0) < (self[$1].updateReceived, $1) }
  }
}
