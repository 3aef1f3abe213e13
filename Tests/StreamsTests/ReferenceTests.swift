import Sequences
import Testing
import Wire

@testable import Streams

/// A seeded stream, in the packets of one of the formats.
private struct Story {
  enum Format: CaseIterable {
    case nemotop, rtp, iperf3
  }

  let format: Format
  private(set) var sightings: [Sighting] = []

  /// - Parameter interval: nothing that takes two packets to be believed is cut by its end.
  init(seed: UInt64, interval: Int64) {
    var random = SplitMix(seed: seed)
    format = random.pick(Format.allCases)
    var time: Int64 = 1_000_000_000_000
    var number = 65_536 - Int64(random.next() % 80) - 10
    var pace = Pace(&random)
    let stays = random.pick([1, 1, 2, 3])
    for stay in 0..<stays {
      let restarts = stay > 0 && format != .iperf3 && random.chance(40)
      if stay > 0 {
        // The sender paused, or went on elsewhere at its rate.
        let silence = 700_000_000 + Int64(random.next() % 500_000_000)
        time += silence
        if random.chance(70) { number += silence / pace.spacing }
      }
      if restarts { number = (number + 20_000 + Int64(random.next() % 1000)) % 65_536 }
      let epoch = (sightings.last?.epoch ?? 0) + (restarts ? 1 : 0)
      if stay == 0 || restarts { time = (time / interval + 1) * interval + 100_000 }
      let part = Self.stay(from: time, number, epoch, &pace, &random)
      number = (part.map(\.number).max() ?? number) + 1
      time = (part.map(\.time).max() ?? time) + 1
      sightings += part
      if stay > 0, !restarts { sightings[sightings.count - part.count].returns = true }
    }
  }

  private struct Pace {
    let spacing: Int64
    let loss: Int
    let copies: Int
    let reach: UInt64
    let jitter: UInt64

    init(_ random: inout SplitMix) {
      spacing = random.pick([1_000_000, 2_000_000, 4_000_000])
      loss = random.pick([0, 3, 15, 40])
      copies = random.pick([0, 0, 10, 30])
      reach = random.pick([0, 0, 2, 10])
      jitter = random.pick([0, 200, 4000])
    }
  }

  /// The packets of one stay in the order of arrival. It begins with some in order, which every
  /// format is believed by.
  private static func stay(
    from start: Int64, _ first: Int64, _ epoch: Int, _ pace: inout Pace,
    _ random: inout SplitMix
  ) -> [Sighting] {
    var sightings: [Sighting] = []
    var sent = start / 125_000 * 125_000
    var number = first
    for index in 0..<(20 + Int(random.next() % 50)) {
      let isCalm = index < 10
      // What RTP's clock can tell.
      sent += isCalm ? 125_000 : pace.spacing
      if !isCalm, random.chance(3) { sent += 10_000_000 * Int64(6 + random.next() % 4) }
      let delay = 5_000 + (isCalm ? 0 : Int64(random.next() % (pace.jitter + 1)) * 1000)
      var sighting = Sighting(
        time: sent + delay, sent: sent, number: number, epoch: epoch, returns: false)
      number += 1
      guard isCalm || !random.chance(pace.loss) else {
        number += random.chance(30) ? Int64(random.next() % 8) : 0
        continue
      }
      if !isCalm { sighting.time += Int64(random.next() % (pace.reach + 1)) * pace.spacing }
      sightings.append(sighting)
      if !isCalm, random.chance(pace.copies) {
        sighting.time += Int64(random.next() % 3) * pace.spacing
        sightings.append(sighting)
      }
    }
    return sightings.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }
    .map(\.element)
  }

  func payload(of sighting: Sighting) -> [UInt8] {
    var bytes: [UInt8] = []
    let source = UInt32(7 + sighting.epoch)
    switch format {
    case .nemotop:
      StreamHeader(
        timestamp: 0, synchronizationSource: source, number: UInt64(sighting.number),
        realTime: Timestamp(nanoseconds: sighting.sent), bootTime: 0
      ).serialize(into: &bytes)
    case .rtp:
      RTPHeader(
        payloadType: 0, sequence: UInt16(truncatingIfNeeded: sighting.number),
        // Each source's clock begins anywhere.
        timestamp: UInt32(truncatingIfNeeded: sighting.sent / 125_000 + Int64(source) << 29),
        synchronizationSource: source
      ).serialize(into: &bytes)
    case .iperf3:
      bytes.append(bigEndian: UInt32(sighting.sent / 1_000_000_000))
      bytes.append(bigEndian: UInt32(sighting.sent / 1000 % 1_000_000))
      bytes.append(bigEndian: UInt32(sighting.number))
      bytes += [UInt8](repeating: 0x36, count: 50)
    }
    return bytes
  }
}

extension Reference.Row {
  /// What the table says of an interval; of 16-bit numbers all cycles count from the first.
  fileprivate init(_ interval: StreamInterval, from start: Timestamp) {
    self.init(start: start.nanoseconds)
    epoch = interval.epoch
    packets = interval.packets
    jitter = interval.jitter
    minimum = interval.transitMinimum
    median = interval.transitMedian
    variation = interval.variation
    guard let sequence = interval.sequence else { return }
    lost = sequence.lost ?? .min
    skipped = sequence.skipped ?? .min
    duplicates = sequence.duplicates
    reordered = sequence.reordered
    pattern = sequence.pattern ?? LossPattern()
    extents = sequence.reordering?.extents ?? Tally()
    latest = sequence.reordering?.latest
    runs = sequence.runs
    formerRuns = sequence.formerRuns
  }
}

@Suite struct ReferenceTests {
  @Test(arguments: 0..<4)
  func `seeded streams come to what their definitions say, interval by interval`(block: UInt64) {
    for seed in block * 500..<(block + 1) * 500 {
      var random = SplitMix(seed: seed ^ 0xfeed)
      let point = random.pick(["cn", "xen1"])
      let interval: Int64 = random.pick([100_000_000, 300_000_000, 1_000_000_000])
      let story = Story(seed: seed, interval: interval)
      let reference = Reference(
        sightings: story.sightings, isDelivery: point == "cn", interval: interval,
        absence: 400_000_000, clockIsAbsolute: story.format == .nemotop)
      let options = CountingOptions(
        interval: .nanoseconds(interval), leftAfter: .milliseconds(400))
      var bench = Bench(point, options: options)
      for sighting in story.sightings {
        bench.send(story.payload(of: sighting), at: Double(sighting.time) / 1e6)
      }
      let snapshots = bench.finish(at: 2_000_000)
      let found = snapshots.flatMap { snapshot in
        snapshot.streams.map { Reference.Row($0, from: snapshot.start) }
      }
      for (found, expected) in zip(found, reference.rows) where found != expected {
        Issue.record(
          "seed \(seed), \(story.format) at \(point):\n\(found)\ninstead of\n\(expected)")
        return
      }
      #expect(found.count == reference.rows.count, "seed \(seed)")
    }
  }
}
