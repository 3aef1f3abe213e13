import Simulation
import Testing
import Wire

/// Moves whose figures were worked out by hand.
@Suite struct ExampleTests {
  private func milliseconds(_ count: Double, after start: Timestamp) -> Timestamp {
    start + .nanoseconds(Int64(count * 1e6))
  }

  @Test func `four numbers go out before the binding and the receiver sees 355 ms`() throws {
    let scenario = Scenario.unboundExample
    let run = try scenario.run()
    let stream = run.truth.streams[0]
    let move = try #require(stream.moves.first)
    #expect(stream.moves.count == 1)
    #expect(move.from == "xen1")
    #expect(move.to == "xen2")
    #expect(move.receiverGap == .milliseconds(355))
    #expect(move.paused == .milliseconds(300))
    #expect(move.held == .zero)
    #expect(move.pathChange == .milliseconds(5))
    #expect(move.fates == [.unbound: 4])
    #expect(move.lost == 4)
    #expect(stream.numbers(of: .unbound) == [100...103])
    // Number 99 leaves the guest at 990 ms and reaches the external point 50 µs later; 100 is due
    // at 1000 ms, when the guest stops for 300 ms.
    #expect(move.lastNumber == 99)
    #expect(move.lastDelivered == 99)
    #expect(move.firstNumber == 100)
    #expect(move.firstDelivered == 104)
    #expect(move.lastBefore == milliseconds(990.05, after: scenario.start))
    #expect(move.firstAfter == milliseconds(1300.05, after: scenario.start))
    #expect(move.gap == .milliseconds(310))
    #expect(move.unboundTime == .milliseconds(40))
    // The Update leaves at 1335 ms and is back at 1375 ms: 100 to 107 leave before that.
    #expect(move.beforeAcknowledgement == 8)
    #expect(move.registration.sequence == 2)
    #expect(move.registration.status == 0)
    #expect(move.registration.updateReceived == milliseconds(1355, after: scenario.start))
    // Sent: 0 to 99 before the pause, then from 1300 ms to 1990 ms.
    #expect(stream.fates.count == 170)
    #expect(stream.count(of: .delivered) == 166)
  }

  @Test func `the frames of the example say the same as its truth`() throws {
    let run = try Scenario.unboundExample.run()
    let start = Scenario.unboundExample.start.nanoseconds
    let arrivals = run.frames(at: "cn")
    let place = try #require(arrivals.firstIndex { $0.frame.streamNumber == 104 })
    #expect(arrivals[place - 1].frame.streamNumber == 99)
    #expect(arrivals[place].time - arrivals[place - 1].time == 355_000_000)
    // 990 ms, 50 µs to the external point, 20 ms to the receiver.
    #expect(arrivals[place - 1].time == start + 1_010_050_000)
    #expect(run.frames(at: "xen1").map(\.frame.streamNumber) == Array(0...99))
    #expect(run.frames(at: "xen2").map(\.frame.streamNumber) == Array(100...169))
    let anchor = run.frames(at: "ha")
    #expect(anchor.count { $0.frame.isTunnelled } == 170)
    #expect(anchor.count { !$0.frame.isTunnelled } == 166)
  }

  @Test func `a server that holds loses nothing and the receiver sees 350 ms`() throws {
    let stream = try Scenario.heldExample.run().truth.streams[0]
    let move = try #require(stream.moves.first)
    #expect(move.receiverGap == .milliseconds(350))
    #expect(move.held == .milliseconds(35))
    #expect(move.pathChange == .milliseconds(5))
    #expect(move.lost == 0)
    #expect(move.lastDelivered == 99)
    #expect(move.firstDelivered == 100)
    #expect(move.unboundTime == .zero)
    #expect(stream.count(of: .delivered) == stream.fates.count)
  }

  @Test func `held numbers leave in a burst and in order`() throws {
    let run = try Scenario.heldExample.run()
    let start = Scenario.heldExample.start.nanoseconds
    let times = run.frames(at: "xen2").prefix(5).map { $0.time - start }
    // Due at 1300, 1310, 1320 and 1330 ms, released at 1335 ms; 104 comes after that.
    #expect(times == [1_335_000_000, 1_335_010_000, 1_335_020_000, 1_335_030_000, 1_340_000_000])
    #expect(run.frames(at: "xen2").map(\.frame.streamNumber) == Array(100...169))
  }

  @Test func `what was under way through the old server comes too late`() throws {
    var scenario = Scenario()
    scenario.duration = .seconds(2)
    scenario.anchorDelay = .zero
    scenario.servers[0].path.delay = .milliseconds(40)
    scenario.moves = [
      Scenario.Move(time: .seconds(1), server: 1, pause: .zero, bindingDelay: .zero)
    ]
    let stream = try scenario.run().truth.streams[0]
    let move = try #require(stream.moves.first)
    // The Update arrives at 1020 ms. 98 left at 980 ms and arrives 40.05 ms later, and so does 99;
    // 100 leaves through the new server at 1000 ms and arrives at 1020.05 ms.
    #expect(stream.numbers(of: .lostBehind) == [98...99])
    #expect(move.fates == [.lostBehind: 2])
    #expect(move.lastDelivered == 97)
    #expect(move.firstDelivered == 100)
    #expect(move.lastNumber == 99)
    // (2 + 1) · 10 + 0 + 0 − 20.
    #expect(move.receiverGap == .milliseconds(10))
    #expect(move.pathChange == .milliseconds(-20))
  }

  @Test func `a reconnecting interface consumes numbers that no point sees`() throws {
    var scenario = Scenario.heldExample
    scenario.moves[0].unseen = 3
    let run = try scenario.run()
    let stream = run.truth.streams[0]
    #expect(stream.numbers(of: .lostUnseen) == [100...102])
    #expect(stream.moves[0].fates == [.lostUnseen: 3])
    for point in run.points {
      let numbers = run.frames(at: point.name).map(\.frame.streamNumber)
      #expect(!numbers.contains { (100...102).contains($0) }, "\(point.name)")
    }
    // 103 is due 5 ms before the release.
    #expect(stream.moves[0].held == .milliseconds(5))
    #expect(stream.moves[0].receiverGap == .milliseconds(350))
  }

  @Test func `an Update that a later one overtook is refused`() throws {
    var scenario = Scenario()
    scenario.duration = .seconds(4)
    scenario.servers = Scenario.Server.row(3)
    scenario.servers[1].path.delay = .seconds(2)
    scenario.moves = [
      Scenario.Move(time: .seconds(1), server: 1, pause: .zero, bindingDelay: .zero),
      Scenario.Move(time: .milliseconds(1500), server: 2, pause: .zero, bindingDelay: .zero),
    ]
    let truth = try scenario.run().truth
    #expect(truth.registrations.map(\.status) == [0, 135, 0])
    #expect(truth.registrations.map(\.sequence) == [1, 2, 3])
    // What went through the second server arrives after the third was bound.
    #expect(truth.streams[0].numbers(of: .lostBehind) == [100...149])
    #expect(truth.streams[0].moves[0].firstDelivered == nil)
    #expect(truth.streams[0].moves[0].receiverGap == nil)
    #expect(truth.streams[0].moves[0].firstNumber == 100)
  }

  @Test func `a pause without a move is a silence at every point`() throws {
    var scenario = Scenario()
    scenario.duration = .seconds(2)
    scenario.moves = []
    scenario.pauses = [Scenario.Pause(time: .seconds(1), length: .milliseconds(400))]
    let run = try scenario.run()
    for point in ["guest", "xen1.vif", "xen1", "cn"] {
      let times = run.frames(at: point).map(\.time)
      let silences = zip(times, times.dropFirst()).map { $1 - $0 }.filter { $0 != 10_000_000 }
      #expect(silences == [410_000_000], "\(point)")
    }
    #expect(run.truth.streams[0].count(of: .delivered) == 160)
    #expect(run.point("xen2").packets.isEmpty)
  }
}
