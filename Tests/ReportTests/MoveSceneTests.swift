import Moves
import Records
import Sequences
import Streams
import Testing
import Wire

@testable import Report

@Suite struct MoveSceneTests {
  private func scene(
    _ passings: [Passing], of move: Move = Example.move, marks: [Mark] = []
  ) throws -> MoveScene {
    let points = Example.points.filter { point in
      passings.contains { $0.point == point.point.name }
    }
    let content = report(points, steps(points, passings, seconds: 3, marks: marks, moves: [move]))
    return try #require(content.scenes[0])
  }

  private func time(_ kind: MoveScene.Event.Kind, on lane: String, of scene: MoveScene) -> Double? {
    scene.lanes.first { $0.name == lane }?.events.first { $0.kind == kind }
      .map { ($0.time - moment(0)).milliseconds }
  }

  @Test func `lanes stand in the order of the way, the old server's before the new one's`() throws {
    let scene = try scene(Example.passings.reversed())
    #expect(
      scene.lanes.map(\.name) == [
        "guest", "xen1.vif", "xen1", "xen2.vif", "xen2", "ha in", "ha out", "cn",
      ])
  }

  @Test func `events have the times of the records`() throws {
    let scene = try scene(Example.passings, marks: Example.marks)
    #expect(time(.last, on: "guest", of: scene) == 990)
    #expect(time(.last, on: "xen1.vif", of: scene) == 990.02)
    #expect(time(.last, on: "xen1", of: scene) == 990.1)
    #expect(time(.last, on: "cn", of: scene) == 1010.1)
    #expect(time(.first, on: "guest", of: scene) == 1300)
    #expect(time(.first, on: "xen2.vif", of: scene) == 1300.02)
    #expect(time(.first, on: "xen2", of: scene) == 1300.1)
    #expect(time(.first, on: "ha in", of: scene) == 1320.1)
    #expect(time(.first, on: "ha out", of: scene) == 1360.2)
    #expect(time(.first, on: "cn", of: scene) == 1365.1)
    #expect(time(.bindingUpdate(sequence: 17), on: "xen2", of: scene) == 1319.1)
    #expect(time(.bindingUpdate(sequence: 17), on: "ha in", of: scene) == 1339.1)
    #expect(
      time(.bindingAcknowledgement(sequence: 17, status: 0), on: "xen2", of: scene) == 1359.1)
    #expect(scene.lastDelivered == moment(1010.1))
    #expect(scene.firstDelivered == moment(1365.1))
  }

  @Test func `a binding that only the move tells of is drawn where the stream went`() throws {
    let scene = try scene(Example.passings)
    #expect(time(.bindingUpdate(sequence: nil), on: "xen2", of: scene) == 1319.1)
  }

  @Test func `lost packets die on the farthest lane that saw them`() throws {
    var passings = Example.passings
    // Two of the last on the old server do not leave it, and two more the home agent drops.
    passings[2].packets.removeLast(2)
    passings[5].packets.removeLast(2)
    passings[7].packets.removeAll { 96...99 ~= $0.number }
    passings[8].packets.removeAll { 96...99 ~= $0.number }
    // What the guest sent as 100 no other point has seen.
    passings[3].packets.removeFirst()
    passings[4].packets.removeFirst()
    passings[6].packets.removeFirst()
    var move = Example.move
    move.lastNumber = 97
    move.firstNumber = 101
    let scene = try scene(passings, of: move)
    func lost(_ lane: String) -> [ClosedRange<Int64>] {
      let index = scene.lanes.firstIndex { $0.name == lane }
      return scene.losses.filter { $0.lane == index }.map(\.numbers)
    }
    #expect(lost("guest") == [100...100])
    #expect(lost("xen1.vif") == [98...99])
    #expect(lost("ha in") == [101...103, 96...97] || lost("ha in") == [96...97, 101...103])
    #expect(scene.losses.reduce(0) { $0 + $1.count } == 8)
    // Numbers 98 and 99 went by the old way; of 100 nobody knows.
    let guest = try #require(scene.lanes.first)
    #expect(guest.bars.map(\.side) == [.from, nil, .to])
    #expect(guest.bars.first?.end == moment(990))
  }

  @Test func `with the servers alone only what no point saw is lost`() throws {
    var passings = [Example.passings[2], Example.passings[4]]
    passings[1].packets.removeFirst(3)
    var move = Example.move
    move.firstNumber = 103
    let scene = try scene(passings, of: move)
    #expect(scene.lanes.map(\.name) == ["xen1", "xen2"])
    #expect(scene.deliveryLane == nil)
    #expect(scene.losses.map(\.numbers) == [100...102])
    #expect(scene.losses[0].lane == nil)
  }

  @Test func `the way back to a server is not taken for its former stay`() throws {
    // Numbers 0 to 49 on the new server before, 50 to 99 on the old one, then back.
    var passings = [Example.passings[2], Example.passings[4]]
    passings[0].packets.removeFirst(50)
    passings[1].packets = Example.passings[2].packets.prefix(50) + passings[1].packets
    let scene = try scene(passings)
    #expect(time(.first, on: "xen2", of: scene) == 1300.1)
    #expect(time(.last, on: "xen1", of: scene) == 990.1)
  }

  @Test func `a stream without numbers has lanes, and no losses`() throws {
    var move = Example.move
    move.lastNumber = nil
    move.firstNumber = nil
    let content = report(
      Example.points,
      steps(
        Example.points, Example.passings, seconds: 3, isNumbered: false, moves: [move]))
    let scene = try #require(content.scenes[0])
    #expect(scene.lanes.count == 8)
    #expect(scene.losses.isEmpty)
    #expect(scene.lanes.allSatisfy { !$0.bars.isEmpty })
  }

  @Test func `a move from leg to leg at one point has a lane a leg`() throws {
    var move = Example.move
    move.fromPoint = "ha"
    move.toPoint = "ha"
    let scene = try scene(Array(Example.passings[5...7]), of: move)
    #expect(
      scene.lanes.map(\.name) == ["ha via 2001:db8:1::1", "ha via 2001:db8:2::1", "ha out"])
    #expect(scene.lanes.map(\.side) == [.from, .to, nil])
  }

  @Test func `numbers at the limits of 64 bits do no harm`() throws {
    let packets: [(number: Int64, time: Double)] = [(.max - 1, 10), (.max, 20)]
    var move = Example.move
    move.lastNumber = .max
    move.firstNumber = .max
    let points = recorded("xen1", "xen2", "cn")
    let passings = [
      Passing("xen1", tunnel(1), packets),
      Passing("xen2", tunnel(2), [(.min, 1300), (.max, 1310)]),
      Passing("cn", .direct, packets),
    ]
    let content = report(points, steps(points, passings, seconds: 2, moves: [move]))
    #expect(content.html().hasSuffix("</html>\n"))
  }
}
