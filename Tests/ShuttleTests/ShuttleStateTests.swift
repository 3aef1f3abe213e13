import Foundation
import Testing

@testable import Shuttle

/// What is made of where the guest is found, and what is kept of it.
@Suite struct ShuttleStateTests {
  private static let hosts = ["a", "b", "c"].map { MigrationHost($0) }
  private static let time = Date(timeIntervalSince1970: 1_700_000_000)

  /// Where the guest was left, the move that was begun, where the guest is found; what that means, and how many moves
  /// were made then.
  @Test(
    arguments: [
      (nil, nil, "a", .new, 0),
      ("a", nil, "a", .asLeft, 0),
      ("a", nil, "b", .movedByOthers(from: "a"), 0),
      ("a", ("a", "b"), "b", .arrived(number: 1), 1),
      ("a", ("a", "b"), "a", .notMoved(number: 1), 0),
      ("a", ("a", "b"), "c", .movedByOthers(from: "a"), 0),
      // Begun before the guest was ever seen.
      (nil, ("a", "b"), "b", .arrived(number: 1), 1),
    ] as [(String?, (String, String)?, String, ShuttleState.Finding, Int)])
  func `where the guest is found tells what became of it`(
    left: String?, begun: (from: String, to: String)?, found: String,
    finding: ShuttleState.Finding, moves: Int
  ) {
    var state = ShuttleState(guest: "g", seed: 1)
    if let left { _ = state.settle(on: MigrationHost(left)) }
    if let begun {
      state.begin(from: MigrationHost(begun.from), to: MigrationHost(begun.to), at: Self.time)
    }
    let settled = state.settle(on: MigrationHost(found))
    #expect(settled == finding)
    #expect(state.moves == moves)
    #expect(state.host == found)
    #expect(state.begun == nil)
  }

  @Test func `moves are counted one by one`() {
    var state = ShuttleState(guest: "g", seed: 1)
    _ = state.settle(on: Self.hosts[0])
    for number in 1...5 {
      let (source, destination) = (Self.hosts[(number - 1) % 3], Self.hosts[number % 3])
      state.begin(from: source, to: destination, at: Self.time)
      #expect(state.begun?.number == number)
      let finding = state.settle(on: destination)
      #expect(finding == .arrived(number: number))
    }
    #expect(state.moves == 5)
    #expect(state.lastBegun == Self.time)
  }

  @Test func `a state is read as it was written, and its file is one shuttle's`() throws {
    let path = NSTemporaryDirectory() + "state-\(UUID().uuidString).json"
    defer {
      for name in [path, path + ".lock"] { try? FileManager.default.removeItem(atPath: name) }
    }
    let file = try StateFile(path: path)
    #expect(try file.read() == nil)
    var state = ShuttleState(guest: "it's \"g\"", seed: .max)
    _ = state.settle(on: Self.hosts[0])
    state.begin(from: Self.hosts[0], to: Self.hosts[1], at: Self.time)
    try file.write(state)
    #expect(try file.read() == state)
    #expect(throws: ShuttleError.stateInUse(path: path)) { _ = try StateFile(path: path) }
    #expect(try StateFile.read(path) == state)
  }

  @Test func `a state that cannot be kept is told`() {
    #expect(
      throws: ShuttleError.cannotWriteState(
        path: "/nonexistent/s", reason: "No such file or directory")
    ) { _ = try StateFile(path: "/nonexistent/s") }
  }
}
