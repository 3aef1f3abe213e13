import Capture
import Foundation
import Moves
import Observation
import Records
import Simulation
import Streams
import Testing
import Wire

/// A folder that is gone after the test.
private final class Folder {
  let path = NSTemporaryDirectory() + "nemotop-test-" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A file's content as text.
  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }
}

/// Logs all that is observed, as JSON Lines and as CSV.
private func log(_ observation: Observation, to folder: Folder, as name: String) async throws {
  let writers: [any RecordWriter] = [
    try JSONLines(folder.path + "/\(name).jsonl", points: observation.points),
    try CSVFolder(folder.path + "/\(name)", points: observation.points),
  ]
  for await observed in observation.updates {
    for writer in writers { try writer.write(observed) }
  }
}

/// A run of the experiment on made interfaces, watched live.
private struct Run {
  let interval: Duration
  let seed: UInt64
  let keeper: CaptureKeeper
  let folder: Folder

  private var scenario: Scenario {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.start = .now + .milliseconds(150)
    scenario.streams = Scenario.Stream.row(3, packetsPerSecond: 200)
    scenario.duration = .milliseconds(1600)
    scenario.moves = Scenario.Move.pingPong(
      3, every: .milliseconds(400), among: 2, pause: .milliseconds(60))
    scenario.pauses = [Scenario.Pause(time: .milliseconds(500), length: .milliseconds(130))]
    scenario.onward.loss = 0.02
    scenario.onward.duplication = 0.02
    scenario.onward.reordering = 0.02
    return scenario
  }

  /// Logs the run as `live`, while the user puts down marks.
  func log() async throws {
    let scenario = scenario
    let run = try scenario.run()
    let packets = Dictionary(uniqueKeysWithValues: run.points.map { ($0.name, $0.packets) })
    let seed = seed
    var options = ObservationOptions()
    options.interval = interval
    options.leftAfter = .milliseconds(150)
    options.gapOver = .milliseconds(30)
    options.keeper = keeper
    // A point more, which sees nothing.
    let points = run.points.map { Point(name: $0.name) } + [Point(name: "xen3", role: .anchor)]
    let observation = try Observation(points: points, options: options) {
      (point: Point) throws(CaptureError) in
      try MadeInterface(
        packets[point.name], seed: seed ^ UInt64(point.name.utf8.count),
        drops: point.name == "ha"
          ? [470, 480, 1030].map { scenario.start + .milliseconds($0) } : [],
        awayIn: point.name == "xen2.vif"
          ? scenario.start + .milliseconds(700)..<scenario.start + .milliseconds(1100) : nil)
    }
    let user = Task {
      var chance = Chance(seed: seed)
      for number in 1...8 {
        try await Task.sleep(for: .milliseconds(Int.random(in: 1...450, using: &chance)))
        observation.mark("mark \(number)")
      }
    }
    let end = Task {
      try await Task.sleep(for: scenario.start + scenario.duration + .milliseconds(400) - .now)
      observation.stop()
    }
    try await ObservationTests.log(observation, to: folder, as: "live")
    user.cancel()
    try await end.value
  }
}

struct `A run that was kept` {
  private func kept(_ path: String) -> Source {
    Source(point: Point(name: "any"), kind: .capture(path: path), naming: .ownName)
  }

  private func expectSame(_ folder: Folder) throws {
    for file in ["/meta", "/intervals", "/totals", "/marks", "/moves"] {
      #expect(try folder.text("again\(file).csv") == folder.text("live\(file).csv"), "\(file)")
    }
    #expect(try folder.text("again.jsonl") == folder.text("live.jsonl"))
  }

  @Test(arguments: [(10, 1), (100, 2), (1000, 3)] as [(Int, UInt64)])
  func `gives the same records again`(sample: (milliseconds: Int, seed: UInt64)) async throws {
    let folder = try Folder()
    let path = folder.path + "/kept.pcapng"
    let run = Run(
      interval: .milliseconds(sample.milliseconds), seed: sample.seed,
      keeper: try CaptureKeeper(file: path), folder: folder)
    try await run.log()
    let replay = try Observation(sources: [kept(path)], options: ObservationOptions())
    try await log(replay, to: folder, as: "again")
    try expectSame(folder)
    // There was something that could differ.
    let moves = try folder.text("live/moves.csv").split(whereSeparator: \.isNewline).count - 1
    #expect(moves > 4)
    let marks = try folder.text("live/marks.csv")
    #expect((1...4).allSatisfy { marks.contains("mark \($0)") })
    #expect(try folder.text("live/totals.csv").contains("ha,,0,0,"))
    let reports = await replay.reports
    #expect(reports.allSatisfy { $0.report.failure == nil && !$0.report.wasCut })
  }

  @Test func `gives the same records again from a file for each point`() async throws {
    let folder = try Folder()
    let run = Run(
      interval: .milliseconds(100), seed: 5, keeper: CaptureKeeper(folder: folder.path),
      folder: folder)
    try await run.log()
    let points = try RecordReader(path: folder.path + "/live").points.map(\.point.name)
    #expect(points.count == 8)
    let replay = try Observation(
      sources: points.map { kept(folder.path + "/\($0).pcapng") }, options: ObservationOptions())
    try await log(replay, to: folder, as: "again")
    try expectSame(folder)
  }

  /// Keeps a run in which nothing happens.
  private func keep(_ points: [Point], in path: String, interval: Duration = .seconds(1))
    async throws
  {
    var options = ObservationOptions()
    options.interval = interval
    options.keeper = try CaptureKeeper(file: path)
    let observation = try Observation(points: points, options: options) {
      (_: Point) throws(CaptureError) in try MadeInterface(nil, seed: 1)
    }
    observation.stop()
    for await _ in observation.updates {}
  }

  private func error(_ sources: [Source]) -> ObservationError? {
    do throws(ObservationError) {
      _ = try Observation(sources: sources, options: ObservationOptions())
      return nil
    } catch { return error }
  }

  @Test func `has its points by their names, or the one that is named`() async throws {
    let folder = try Folder()
    let (all, one) = (folder.path + "/all", folder.path + "/one")
    let points = [Point(name: "xen1"), Point(name: "gw", role: .anchor)]
    try await keep(points, in: all, interval: .milliseconds(200))
    try await keep([Point(name: "gw", role: .anchor)], in: one, interval: .milliseconds(200))
    func opened(_ point: Point, _ path: String, _ naming: Source.Naming) throws -> [RecordedPoint] {
      try Observation(
        sources: [Source(point: point, kind: .capture(path: path), naming: naming)],
        options: ObservationOptions()
      ).points
    }
    let gw = Point(name: "gw")
    #expect(try opened(Point(name: "all"), all, .ownName).map(\.point) == points)
    #expect(
      try opened(Point(name: "all"), all, .ownName).map(\.interval.milliseconds) == [200, 200])
    #expect(try opened(gw, all, .name).map(\.point) == [points[1]])
    #expect(try opened(gw, all, .nameAndRole).map(\.point) == [gw])
    #expect(try opened(Point(name: "cn"), one, .name).map(\.point) == [Point(name: "cn")])
    let unknown = Source(point: Point(name: "cn"), kind: .capture(path: all), naming: .name)
    #expect(error([unknown]) == .noSuchPoint(unknown, points: ["xen1", "gw"]))
    #expect(error([kept(all), kept(one)]) == .samePoint("gw"))
  }

  @Test func `is not counted together with one that was counted in another way`() async throws {
    let folder = try Folder()
    let (first, second) = (folder.path + "/first", folder.path + "/second")
    try await keep([Point(name: "xen1")], in: first, interval: .milliseconds(200))
    try await keep([Point(name: "xen2")], in: second)
    #expect(
      error([kept(first), kept(second)])
        == .countedDifferently(option: "--interval", points: ["xen1", "xen2"]))
    var options = ObservationOptions()
    options.interval = .milliseconds(500)
    let both = try Observation(sources: [kept(first), kept(second)], options: options)
    #expect(both.points.map(\.interval.milliseconds) == [500, 500])
  }
}
