import Experiment
import Lab
import Moves
import Synchronization
import Testing

/// A clock that jumps to where somebody sleeps to.
private final class JumpingClock: Clock {
  struct Instant: InstantProtocol {
    var time: Duration

    func advanced(by span: Duration) -> Instant { Instant(time: time + span) }

    func duration(to other: Instant) -> Duration { other.time - time }

    static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }
  }

  private let time = Mutex(Duration.zero)

  var now: Instant { Instant(time: time.withLock { $0 }) }

  var minimumResolution: Duration { .nanoseconds(1) }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    time.withLock { $0 = max($0, deadline.time) }
  }

  func pass(_ span: Duration) { time.withLock { $0 += span } }
}

/// A guest that writes down what is done to it, and when.
private final class RecordingGuest: MovableGuest {
  struct MoveFailed: Error {}

  let clock = JumpingClock()
  private let moveTime: Duration
  private let failsAtMove: Int?
  private let failure: any Error
  private let entries = Mutex<[String]>([])

  init(
    moveTime: Duration = .zero, failsAtMove: Int? = nil, failure: any Error = MoveFailed()
  ) {
    self.moveTime = moveTime
    self.failsAtMove = failsAtMove
    self.failure = failure
  }

  var log: [String] { entries.withLock { $0 } }

  private func write(_ what: String) {
    let milliseconds = Int(clock.now.time / .milliseconds(1))
    entries.withLock { $0.append("\(milliseconds) \(what)") }
  }

  func pause() { write("pause") }

  func resume() { write("resume") }

  func move(to server: Server) async throws -> MigrationFigures? {
    if log.count(where: { $0.contains("xen") }) + 1 == failsAtMove { throw failure }
    clock.pass(moveTime)
    write(server.rawValue)
    return MigrationFigures(downtime: .milliseconds(7))
  }

  func bind(to server: Server) { write("bind \(server.rawValue.dropFirst(3))") }

  func begin(_ fault: Fault, at server: Server) { write("begin \(fault)") }

  func end(_ fault: Fault, at server: Server) { write("end \(fault)") }
}

struct ScheduleTests {
  @Test func `the guest goes to and fro, paused while it moves`() async throws {
    let guest = RecordingGuest(moveTime: .milliseconds(30))
    var events: [ShuttleEvent] = []
    let made = try await Schedule(
      moves: 3, every: .seconds(3), pause: .milliseconds(200), settling: .seconds(2)
    ).run(guest, from: .xen1, clock: guest.clock) { events.append($0) }
    #expect(
      guest.log == [
        "3000 pause", "3030 xen2", "3030 bind 2", "3200 resume",
        "6000 pause", "6030 xen1", "6030 bind 1", "6200 resume",
        "9000 pause", "9030 xen2", "9030 bind 2", "9200 resume",
      ])
    #expect(made == 3)
    #expect(guest.clock.now.time == .milliseconds(11_200))
    #expect(
      events == [
        .moving(number: 1, from: .xen1, to: .xen2), .moved(number: 1, from: .xen1, to: .xen2),
        .moving(number: 2, from: .xen2, to: .xen1), .moved(number: 2, from: .xen2, to: .xen1),
        .moving(number: 3, from: .xen1, to: .xen2), .moved(number: 3, from: .xen1, to: .xen2),
      ])
  }

  @Test func `a move that takes longer than the pause makes it longer`() async throws {
    let guest = RecordingGuest(moveTime: .milliseconds(50))
    _ = try await Schedule(
      moves: 1, every: .seconds(1), pause: .milliseconds(10), settling: .zero
    ).run(guest, from: .xen2, clock: guest.clock) { _ in }
    #expect(guest.log == ["1000 pause", "1050 xen1", "1050 bind 1", "1050 resume"])
  }

  @Test func `moves longer than their spacing follow one another at once`() async throws {
    let guest = RecordingGuest(moveTime: .milliseconds(1500))
    _ = try await Schedule(moves: 2, every: .seconds(1), pause: .zero, settling: .zero)
      .run(guest, from: .xen1, clock: guest.clock) { _ in }
    #expect(
      guest.log == [
        "1000 pause", "2500 xen2", "2500 bind 2", "2500 resume",
        "2500 pause", "4000 xen1", "4000 bind 1", "4000 resume",
      ])
  }

  @Test func `a binding may be late or early, and something goes wrong at first`() async throws {
    var schedule = Schedule(
      moves: 1, every: .seconds(1), pause: .milliseconds(200), settling: .zero)
    schedule.bindingDelay = .milliseconds(40)
    let loss = Fault.serverLoss(.milliseconds(30))
    let lost = Fault.updatesLost(2)
    schedule.faults = [lost, loss]
    let late = RecordingGuest()
    var events: [ShuttleEvent] = []
    _ = try await schedule.run(late, from: .xen1, clock: late.clock) { events.append($0) }
    #expect(
      late.log == [
        "1000 pause", "1000 begin \(lost)", "1000 begin \(loss)", "1000 xen2", "1200 resume",
        "1230 end \(loss)", "1240 bind 2",
      ])
    #expect(
      events.dropFirst(2) == [
        .mended(number: 1, loss, at: .xen2), .bound(number: 1, to: .xen2),
      ])
    schedule.bindingDelay = .milliseconds(-40)
    schedule.faults = []
    let early = RecordingGuest()
    _ = try await schedule.run(early, from: .xen1, clock: early.clock) { _ in }
    #expect(early.log == ["960 bind 2", "1000 pause", "1000 xen2", "1200 resume"])
  }

  @Test func `no moves are a time of settling alone`() async throws {
    let guest = RecordingGuest()
    _ = try await Schedule(moves: 0, every: .seconds(1), pause: .zero, settling: .seconds(2))
      .run(guest, from: .xen1, clock: guest.clock) { _ in }
    #expect(guest.log.isEmpty)
    #expect(guest.clock.now.time == .seconds(2))
  }

  @Test func `a guest whose move fails does not stay paused`() async {
    let guest = RecordingGuest(failsAtMove: 2)
    await #expect(throws: RecordingGuest.MoveFailed.self) {
      try await Schedule(every: .seconds(1), pause: .zero, settling: .zero)
        .run(guest, from: .xen1, clock: guest.clock) { _ in }
    }
    #expect(guest.log.last == "2000 resume")
  }

  @Test func `a live guest is never paused, and its hypervisor's figures are told`() async throws {
    let guest = RecordingGuest(moveTime: .milliseconds(300))
    var schedule = Schedule(moves: 2, every: .seconds(3), pause: .zero, settling: .seconds(1))
    schedule.isLive = true
    var told: [String] = []
    _ = try await schedule.run(guest, from: .xen1, clock: guest.clock) { told.append("\($0)") }
    #expect(guest.log == ["3300 xen2", "3300 bind 2", "6300 xen1", "6300 bind 1"])
    #expect(
      told == [
        "move 1: xen1 > xen2, begins", "move 1: on xen2 (downtime 7 ms)",
        "move 2: xen2 > xen1, begins", "move 2: on xen1 (downtime 7 ms)",
      ])
  }

  @Test func `a move that fails or is called off is told`() async throws {
    for error in [RecordingGuest.MoveFailed(), CancellationError()] as [any Error] {
      let guest = RecordingGuest(failsAtMove: 2, failure: error)
      var told: [String] = []
      var made: Int?
      do {
        made = try await Schedule(every: .seconds(1), pause: .zero, settling: .zero)
          .run(guest, from: .xen1, clock: guest.clock) { told.append("\($0)") }
      } catch {}
      let isCalledOff = error is CancellationError
      #expect(made == (isCalledOff ? 1 : nil))
      #expect(
        told.last == "move 2: \(isCalledOff ? "called off" : "failed"), still on xen2")
    }
  }

  @Test func `a cancelled schedule ends before the next move`() async throws {
    let guest = RecordingGuest()
    let made = try await withThrowingTaskGroup(of: Int.self) { group in
      group.cancelAll()
      group.addTask {
        try await Schedule(every: .seconds(1), pause: .zero, settling: .zero)
          .run(guest, from: .xen1, clock: guest.clock) { _ in }
      }
      return try await group.next()
    }
    #expect(made == 0)
    #expect(guest.log.isEmpty)
  }
}
