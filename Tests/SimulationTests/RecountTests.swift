import Simulation
import Testing
import Wire

/// The truth against a naive recount of the frames, read by fixed offsets.
@Suite struct RecountTests {
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `every number sent was delivered or has one other fate`(seed: UInt64) throws {
    let run = try Scenario.hostile(seed: seed).run()
    for (index, stream) in run.truth.streams.enumerated() {
      let fates = Fate.allCases.map { stream.count(of: $0) }
      #expect(fates.reduce(0, +) == stream.fates.count)
      // Each kind of fate occurs in the busiest stream, or this test would say little.
      if index == 0 { #expect(!fates.contains(0), "\(fates)") }
      let port = UInt64(stream.sourcePort)
      let numbers = { (point: String) in
        Set(run.frames(at: point).filter { $0.frame.port == port }.map(\.frame.streamNumber))
      }
      let vifs = numbers("xen1.vif").union(numbers("xen2.vif")).union(numbers("xen3.vif"))
      let externals = numbers("xen1").union(numbers("xen2")).union(numbers("xen3"))
      #expect(vifs.count == stream.fates.count - stream.count(of: .lostUnseen))
      #expect(vifs.subtracting(externals).count == stream.count(of: .lostServer))
      #expect(numbers("cn").count == stream.count(of: .delivered))
      #expect(numbers("guest") == vifs)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a recount of each point gives the truth`(seed: UInt64) throws {
    let run = try Scenario.hostile(seed: seed).run()
    for (place, point) in run.points.enumerated() {
      let total = run.truth.points[place]
      #expect(total.name == point.name)
      #expect(total.packets == point.packets.count)
      #expect(total.wireBytes == point.packets.reduce(0) { $0 + $1.bytes.count })
      for stream in run.truth.streams {
        let passage = stream.passages[place]
        let frames = run.frames(at: point.name).map(\.frame).filter {
          $0.port == UInt64(stream.sourcePort)
        }
        #expect(passage.packets == frames.count)
        #expect(
          passage.ipBytes
            == frames.reduce(0) { $0 + 40 + Int($1.number(at: $1.packetOffset + 4, bytes: 2)) })
        #expect(
          passage.udpBytes
            == frames.reduce(0) { $0 + Int($1.number(at: $1.datagramOffset + 4, bytes: 2)) - 8 })
        #expect(passage.wireBytes == frames.reduce(0) { $0 + $1.bytes.count })
        var seen: Set<Int64> = []
        var duplicates = 0
        var reordered = 0
        for frame in frames where point.name != "ha" || !frame.isTunnelled {
          let number = frame.streamNumber
          if seen.contains(number) {
            duplicates += 1
          } else if let highest = seen.max(), number < highest {
            reordered += 1
          }
          seen.insert(number)
        }
        #expect(passage.received == seen.count)
        #expect(Set(passage.numbers.joined()) == seen)
        #expect(passage.duplicates == duplicates)
        #expect(passage.reordered == reordered)
      }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `no packet of a point is earlier than the one before`(seed: UInt64) throws {
    for point in try Scenario.hostile(seed: seed).run().points {
      let times = point.packets.indices.map { point.packets.time(at: $0) }
      #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }, "\(point.name)")
      #expect(!times.isEmpty)
    }
  }

  @Test func `the parts of each gap add up where nothing varies`() throws {
    var scenario = Scenario()
    scenario.servers = Scenario.Server.row(3)
    scenario.moves = Scenario.Move.pingPong(4, every: .seconds(3), among: 3)
    scenario.moves[2].holds = true
    let stream = try scenario.run().truth.streams[0]
    #expect(stream.moves.map(\.to) == ["xen2", "xen3", "xen1", "xen2"])
    for move in stream.moves {
      let gap = try #require(move.receiverGap)
      let last = try #require(move.lastDelivered)
      let first = try #require(move.firstDelivered)
      let held = try #require(move.held)
      #expect(Int(first - last - 1) == move.lost)
      #expect(gap == stream.spacing * (move.lost + 1) + move.paused + held + move.pathChange)
    }
    #expect(stream.moves.map { $0.held == .zero } == [true, true, false, true])
  }

  @Test func `losses come as often and in such bursts as asked for`() throws {
    var scenario = Scenario()
    scenario.streams = [Scenario.Stream(packetsPerSecond: 10_000, payloadBytes: 40)]
    scenario.moves = []
    scenario.duration = .seconds(10)
    scenario.servers[0].path.loss = 0.05
    scenario.servers[0].path.lossBurst = 4
    scenario.onward.duplication = 0.02
    let stream = try scenario.run().truth.streams[0]
    let lost = stream.count(of: .lostPath)
    #expect((4_500...5_500).contains(lost))
    let burst = Double(lost) / Double(stream.numbers(of: .lostPath).count)
    #expect((3.7...4.3).contains(burst))
    let duplicates = try #require(stream.passages.last).duplicates
    #expect((1_700...2_100).contains(duplicates))
  }
}
