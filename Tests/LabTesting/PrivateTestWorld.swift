import Foundation
package import Lab

/// A private world that a child process keeps open, so that the tests' own process stays where it is.
package struct PrivateTestWorld {
  /// The world came to another end than it should.
  package struct Broken: Error {
    package var said: String
  }

  /// Whether this machine lets us have one.
  package static func isAvailable() async -> Bool {
    (try? await PrivateWorld.isolation()) != nil
  }

  @discardableResult
  package static func with<Result>(
    _ body: (World) async throws -> Result
  ) async throws -> Result {
    let isolation = try await PrivateWorld.isolation()
    let command = PrivateWorld.entry(isolation, to: ["sh", "-c", "echo ready; exec sleep 600"])
    let output = Pipe()
    let holder = try await ChildProcess.start(
      ["/usr/bin/env"] + command, output: output.fileHandleForWriting.fileDescriptor)
    try output.fileHandleForWriting.close()
    let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let world = World.of(process: holder.identifier, withUsers: isolation.contains("--user"))
    let result: Result
    do {
      guard said == "ready\n" else { throw Broken(said: said) }
      result = try await body(world)
    } catch {
      holder.terminate()
      throw error
    }
    holder.terminate()
    let ending = await holder.wait()
    guard ending == .killed(signal: SIGKILL) else { throw Broken(said: "\(ending)") }
    return result
  }
}
