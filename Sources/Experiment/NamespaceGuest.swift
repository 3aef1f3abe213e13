import Lab
import Moves

/// A guest that is a network namespace: it stands still where the program that sends in it does.
struct NamespaceGuest: StreamingGuest {
  let servers: GuestServers
  private let sender: Sender

  /// Starts the sender.
  static func start(_ command: [String], at servers: GuestServers) async throws -> NamespaceGuest {
    let sender = try await Sender.start(command, in: servers.laboratory.namespace(of: .guest))
    return NamespaceGuest(servers: servers, sender: sender)
  }

  func pause() { sender.process.pause() }

  func resume() { sender.process.resume() }

  func move(to server: Server) async throws -> MigrationFigures? {
    let old = await servers.laboratory.location
    try await servers.laboratory.move(to: server)
    if let old { await servers.left(old) }
    return nil
  }

  func waitForEnd() async { _ = await sender.process.wait() }

  func end() async -> StreamEnd {
    let early = sender.process.ending
    let summary = await sender.end()
    return StreamEnd(summary: summary, failure: early.map { .senderEnded($0, saying: summary) })
  }
}
