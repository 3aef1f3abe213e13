import Simulation
import Testing
import Wire

@Suite struct FrameTests {
  @Test func `every datagram has a right checksum`() throws {
    let run = try Scenario.hostile(seed: 2).run()
    for point in run.points {
      let wrong = run.frames(at: point.name).count { $0.frame.datagramSum != 0xffff }
      #expect(wrong == 0, "\(point.name)")
    }
  }

  @Test func `signalling is summed over the Home Address`() throws {
    let run = try Scenario().run()
    let home: [UInt8] = [0x20, 1, 0x0d, 0xb8, 0, 0xaa, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x42]
    let messages = ["xen1", "xen2", "ha"].flatMap { point in
      run.point(point).packets.map(RawFrame.init).filter(\.isSignalling)
    }
    // Five registrations, each with two messages, seen at the server and at the home agent.
    #expect(messages.count == 20)
    for message in messages {
      let length = UInt8(message.bytes.count - 78)
      let isUpdate = message.bytes[80] == 5
      let source = isUpdate ? home : Array(message.bytes[22..<38])
      let destination = isUpdate ? Array(message.bytes[38..<54]) : home
      let pseudoHeader = source + destination + [0, 0, 0, length, 0, 0, 0, 135]
      #expect(message.sum(from: 78, before: pseudoHeader) == 0xffff)
    }
    let update = try #require(messages.first)
    #expect(update.bytes[80] == 5)
    #expect(update.bytes[84..<86] == [0, 1])
    #expect(update.bytes[86..<88] == [0xc4, 0])
  }

  @Test func `a packet grows by 40 bytes in the tunnel and keeps its payload`() throws {
    var scenario = Scenario()
    scenario.streams = [Scenario.Stream(payloadBytes: 501, firstNumber: 70_000)]
    let run = try scenario.run()
    let points = ["guest", "xen1.vif", "xen1", "cn"]
    let frames = points.map { run.frames(at: $0)[3].frame }
    #expect(frames.map(\.bytes.count) == [563, 563, 603, 563])
    #expect(frames.map(\.isTunnelled) == [false, false, true, false])
    #expect(frames.allSatisfy { $0.streamNumber == 70_003 && $0.sequence == 70_003 - 65_536 })
    let payloads = frames.map { Array($0.bytes[$0.payloadOffset...]) }
    #expect(payloads.allSatisfy { $0 == payloads[0] })
    #expect(frames.map { $0.bytes[$0.packetOffset + 7] } == [64, 64, 63, 61])
  }

  @Test func `an offset shifts the times of its point alone`() throws {
    let plain = try Scenario().run()
    var scenario = Scenario()
    scenario.clockOffsets = ["xen2": .milliseconds(-7)]
    let shifted = try scenario.run()
    #expect(shifted.truth == plain.truth)
    for (before, after) in zip(plain.points, shifted.points) {
      let offset: Int64 = before.name == "xen2" ? -7_000_000 : 0
      #expect(before.packets.count == after.packets.count)
      #expect(
        zip(before.packets, after.packets).allSatisfy {
          $1.time.nanoseconds - $0.time.nanoseconds == offset && $0.bytes == $1.bytes
        }, "\(before.name)")
    }
  }

  @Test func `the sender's clock is the guest's`() throws {
    var scenario = Scenario()
    scenario.clockOffsets = ["guest": .seconds(5)]
    let run = try scenario.run()
    #expect(run.frames(at: "guest").allSatisfy { $0.time == $0.frame.realTime })
    let first = try #require(run.frames(at: "cn").first)
    // 50 µs to the external point, 20 ms and 10 µs from there, and the guest is 5 s ahead.
    #expect(first.time - first.frame.realTime == 20_060_000 - 5_000_000_000)
  }

  @Test(arguments: [false, true])
  func `a guest's clocks jump over a move or stand still`(stands: Bool) throws {
    var scenario = Scenario.unboundExample
    scenario.guestClockStops = stands
    let run = try scenario.run()
    let frames = run.frames(at: "xen2")
    let before = try #require(run.frames(at: "xen1").last).frame
    let after = try #require(frames.first).frame
    let step: Int64 = stands ? 10_000_000 : 310_000_000
    #expect(after.realTime - before.realTime == step)
    #expect(after.bootTime - before.bootTime == step)
  }
}
