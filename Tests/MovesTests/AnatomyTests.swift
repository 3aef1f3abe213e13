import Simulation
import Streams
import Testing
import Wire

@testable import Moves

/// The worked examples: the figures are those that DESIGN and the README reckon by hand.
@Suite struct AnatomyTests {
  private let all = ["guest", "xen1", "xen1.vif", "xen2", "xen2.vif", "ha", "cn"]

  @Test func `four numbers go out before the binding, and the parts make up the gap`() throws {
    let replay = Replay(try Scenario.unboundExample.run(), at: all)
    let move = try #require(replay.moves.first)
    #expect(replay.moves.count == 1)
    #expect(move.receiverGap == .milliseconds(355))
    #expect(move.paused == .milliseconds(300))
    #expect(move.held == .zero)
    #expect(move.pathChange == .milliseconds(5))
    #expect(move.residual == .zero)
    #expect(move.lost == 4)
    #expect(move.unbound == 4)
    #expect(move.lostUnseen == 0)
    #expect(move.lostServer == 0)
    #expect(move.lostBehind == 0)
    #expect(move.lostPath == 0)
    #expect(move.verdict == .explained)
  }

  @Test func `a server that holds what it cannot send yet loses nothing`() throws {
    let replay = Replay(try Scenario.heldExample.run(), at: all)
    let move = try #require(replay.moves.first)
    #expect(move.receiverGap == .milliseconds(350))
    #expect(move.paused == .milliseconds(300))
    #expect(move.held == .milliseconds(35))
    #expect(move.pathChange == .milliseconds(5))
    #expect(move.residual == .zero)
    #expect(move.lost == 0)
    #expect(move.verdict == .explained)
  }
}
