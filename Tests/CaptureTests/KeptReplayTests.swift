import Glibc
import Streams
import Testing
import Wire

@testable import Capture

/// SplitMix64: the same numbers for the same seed.
private struct Chance: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// A point that is counted and kept.
private struct LivePoint: ~Copyable {
  var meter: KeepingMeter
  var snapshots: [Snapshot] = []

  init(_ point: Point, options: CountingOptions, in keeper: CaptureKeeper) throws {
    let kept = KeptPoint(
      point: point, source: "if-\(point.site)", counting: options, bootIdentifier: "b")
    meter = KeepingMeter(
      PointMeter(point: point, options: options),
      keeper: try PacketKeeper(
        Keeping(in: keeper, as: kept), linkType: .ethernet, snapshotLength: 96))
  }

  mutating func count(port: UInt16, at time: Int64, mayHoldSegments: Bool = false) {
    let bytes = frame(toPort: port)
    meter.count(
      CapturedPacket(
        time: Timestamp(nanoseconds: time), wireBytes: 1000, bytes: bytes.rawSpan,
        linkType: .ethernet, mayHoldSegments: mayHoldSegments)
    ) { snapshots.append($0.snapshot(of: $1)) }
  }

  /// Does anything that can happen while a point is captured.
  mutating func live(through steps: Int, _ chance: inout Chance) {
    var now: Int64 = 1_740_830_700_000_000_000
    var drops = 0
    meter.begin(at: Timestamp(nanoseconds: now))
    for _ in 0..<steps {
      now += Int64.random(in: 0..<4_000_000, using: &chance)
      switch Int.random(in: 0..<100, using: &chance) {
      case 0..<4:
        drops += 1
        meter.noteDrops(
          total: drops,
          upTo: Timestamp(nanoseconds: now + Int64.random(in: 0..<30_000_000, using: &chance)))
      case 4..<14:
        meter.advance(to: Timestamp(nanoseconds: now)) { snapshots.append($0.snapshot(of: $1)) }
      case 14: now += 300_000_000
      case 16:
        let start = now - Int64.random(in: 0..<20_000_000, using: &chance)
        meter.noteAbsence(
          since: Timestamp(nanoseconds: start),
          drops % 2 == 0 ? .interfaceWentAway("if-xen1") : .failed("if-xen1", reason: "no luck"))
        now += Int64.random(in: 0..<90_000_000, using: &chance)
        meter.noteReturn(at: Timestamp(nanoseconds: now))
      case 15: meter.flush()
      default:
        let lateness = Int64.random(in: 0..<60_000_000, using: &chance)
        count(
          port: UInt16.random(in: 1...3, using: &chance), at: now - (now % 7 == 0 ? lateness : 0),
          mayHoldSegments: Int.random(in: 0..<50, using: &chance) == 0)
      }
    }
    meter.finish(at: Timestamp(nanoseconds: now + 5)) { snapshots.append($0.snapshot(of: $1)) }
  }
}

private func open(_ place: TemporaryFile) throws -> KeptReplay {
  let stream = try CaptureStream(path: place.path)
  let isKept = KeptReplay.isKept(stream)
  #expect(isKept)
  return try KeptReplay(stream)
}

/// All that a replay of one point gives.
private func replayAll(_ replay: KeptReplay, _ track: KeptReplay.Track) -> [Snapshot] {
  var snapshots: [Snapshot] = []
  while !replay.hasEnded {
    replay.read(for: track)
    snapshots += track.snapshots
    track.snapshots = []
  }
  return snapshots
}

struct `A kept capture` {
  private let options = CountingOptions(
    interval: .milliseconds(10), leftAfter: .milliseconds(70), gapOver: .milliseconds(20))

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `counts as it was counted live`(seed: UInt64) throws {
    let place = TemporaryFile()
    let keeper = try CaptureKeeper(file: place.path)
    var chance = Chance(state: seed)
    let names = ["xen1", "xen1.vif"]
    var points: [LivePointBox] = []
    for name in names {
      points.append(LivePointBox(try LivePoint(Point(name: name), options: options, in: keeper)))
    }
    keeper.begin()
    for point in points { point.live.live(through: 600, &chance) }
    for (index, name) in names.enumerated() {
      let replay = try open(place)
      #expect(replay.points.map(\.point.name) == names)
      let track = replay.track(
        of: index, as: replay.points[index].point, options: replay.points[index].counting)
      let again = replayAll(replay, track)
      let snapshots = points[index].live.snapshots
      #expect(again.map { "\($0)" } == snapshots.map { "\($0)" }, "\(name)")
      #expect(track.report == points[index].live.meter.report)
      #expect(snapshots.contains { $0.captureDrops == 0 && $0.isBlind })
    }
  }

  @Test func `describes its points, and how they were counted`() throws {
    let place = TemporaryFile()
    let keeper = try CaptureKeeper(file: place.path)
    var tunnels = options
    tunnels.decapsulation = [.geneve, .teredo]
    _ = try LivePoint(Point(name: "xen1"), options: tunnels, in: keeper)
    _ = try LivePoint(Point(name: "gw", role: .anchor), options: CountingOptions(), in: keeper)
    keeper.begin()
    let replay = try open(place)
    #expect(
      replay.points == [
        KeptPoint(
          point: Point(name: "xen1"), source: "if-xen1", counting: tunnels, bootIdentifier: "b"),
        KeptPoint(
          point: Point(name: "gw", role: .anchor), source: "if-gw", counting: CountingOptions(),
          bootIdentifier: "b"),
      ])
  }

  @Test func `that was cut anywhere gives what came before, and says so`() throws {
    let place = TemporaryFile()
    let keeper = try CaptureKeeper(file: place.path)
    var point = try LivePoint(Point(name: "xen1"), options: options, in: keeper)
    keeper.begin()
    var chance = Chance(state: 7)
    point.live(through: 30, &chance)
    let whole = place.bytes
    var counts: [Int] = []
    for length in stride(from: 300, through: whole.count, by: 4) {
      let replay = try open(TemporaryFile(Array(whole.prefix(length))))
      let track = replay.track(of: 0, as: Point(name: "xen1"), options: options)
      _ = replayAll(replay, track)
      let report = track.report
      counts.append(report.packets)
      #expect((report.failure != nil || report.wasCut) == (length < whole.count), "\(length)")
    }
    #expect(counts == counts.sorted())
    #expect(counts.last == point.meter.report.packets)
  }

  @Test func `with any byte wrong is read without a trap`() throws {
    let place = TemporaryFile()
    let keeper = try CaptureKeeper(file: place.path)
    var point = try LivePoint(Point(name: "xen1"), options: options, in: keeper)
    keeper.begin()
    var chance = Chance(state: 9)
    point.live(through: 40, &chance)
    let whole = place.bytes
    var intact = 0
    for index in whole.indices {
      var bytes = whole
      bytes[index] = [0, 0x7F, 0xFF].randomElement(using: &chance) ?? 0
      let wrong = TemporaryFile(bytes)
      let stream = try CaptureStream(path: wrong.path)
      guard KeptReplay.isKept(stream) else { continue }
      guard let replay = try? KeptReplay(stream), !replay.points.isEmpty else { continue }
      let track = replay.track(of: 0, as: Point(name: "xen1"), options: options)
      _ = replayAll(replay, track)
      intact += track.report.failure == nil && !track.report.wasCut ? 1 : 0
    }
    // Most bytes are of frames, times and numbers: what is in them is for the counting to judge.
    #expect(intact > whole.count / 2)
  }

  @Test func `of another program is none`() throws {
    var capture = SeveralInterfaces(.ethernet)
    capture.packet([1], on: 0, at: 5)
    let other = TemporaryFile(capture.bytes)
    for place in [
      other, TemporaryFile(CaptureBytes().bytes), TemporaryFile([0x0a]), TemporaryFile(),
    ] {
      let stream = try CaptureStream(path: place.path)
      let isKept = KeptReplay.isKept(stream)
      #expect(!isKept)
    }
  }

  @Test func `is written whole or not at all`() throws {
    let keeper = try CaptureKeeper(file: "/dev/full")
    var point = try LivePoint(Point(name: "xen1"), options: options, in: keeper)
    keeper.begin()
    point.count(port: 1, at: 5)
    point.meter.finish(at: Timestamp(nanoseconds: 9)) { _, _ in }
    #expect(point.meter.report.keepingFailure == .diskFull("/dev/full"))
    #expect(point.meter.report.packets == 1)
  }

  @Test func `of a run that could not begin leaves nothing`() throws {
    let place = TemporaryFile()
    let keeper = try CaptureKeeper(file: place.path)
    var point = try LivePoint(Point(name: "xen1"), options: options, in: keeper)
    point.count(port: 1, at: 5)
    point.meter.finish(at: Timestamp(nanoseconds: 9)) { _, _ in }
    keeper.discard()
    #expect(unsafe access(place.path, F_OK) != 0)
  }
}

/// Points as elements of a list.
private final class LivePointBox {
  var live: LivePoint

  init(_ live: consuming LivePoint) {
    self.live = live
  }
}
