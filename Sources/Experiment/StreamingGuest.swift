import Lab

/// A guest that sends, from when it was started.
protocol StreamingGuest: MovableGuest {
  var servers: GuestServers { get }

  /// Returns once it sends no more, whyever.
  func waitForEnd() async

  /// Ends it, and tells what its sender said last.
  func end() async -> StreamEnd
}

/// What its servers do, whatever the guest is.
extension StreamingGuest {
  func bind(to server: Server) async { await servers.arrived(at: server) }

  func begin(_ fault: Fault, at server: Server) async throws {
    try await servers.begin(fault, at: server)
  }

  func end(_ fault: Fault, at server: Server) async throws {
    try await servers.end(fault, at: server)
  }
}

/// How a guest's stream ended.
struct StreamEnd: Sendable {
  /// The last line that the sender wrote.
  var summary: String
  /// Why it ended before it was asked to; nil where it did not.
  var failure: ExperimentError?
}

/// What a guest has to do with its servers besides running on them: who is told where it is, and what goes wrong there.
struct GuestServers: Sendable {
  let laboratory: Laboratory
  /// Nil where nobody needs to be told.
  let mobility: NetworkMobility?
  /// Whether the mobile routers are told where it is.
  let isTold: Bool

  func left(_ server: Server) async {
    if isTold { await mobility?.leave(server) }
  }

  func arrived(at server: Server) async {
    if isTold { await mobility?.arrive(at: server) }
  }

  func begin(_ fault: Fault, at server: Server) async throws {
    switch fault {
    case .updatesLost(let count): try await laboratory.lose(count, of: .update)
    case .acknowledgementsLost(let count): try await laboratory.lose(count, of: .acknowledgement)
    case .homeAgentDown: try await mobility?.stopHomeAgent()
    case .wrongKey: await mobility?.setKey(wrong: true, at: server)
    case .serverLoss: try await laboratory.block(true, at: server)
    case .lateBinding, .earlyBinding, .pathLoss, .pathDelay, .pathBandwidth: break
    }
  }

  func end(_ fault: Fault, at server: Server) async throws {
    switch fault {
    case .homeAgentDown: try await mobility?.startHomeAgent()
    case .wrongKey: await mobility?.setKey(wrong: false, at: server)
    case .serverLoss: try await laboratory.block(false, at: server)
    case .updatesLost, .acknowledgementsLost, .lateBinding, .earlyBinding, .pathLoss,
      .pathDelay, .pathBandwidth:
      break
    }
  }
}
