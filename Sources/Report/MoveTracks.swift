import Moves
import Streams
import Wire

/// The lanes of a move with what passed them, and what the numbers tell of single packets.
struct MoveTracks {
  private(set) var lanes: [MoveScene.Lane] = []
  private(set) var losses: [MoveScene.Loss] = []
  private(set) var traces: [MoveScene.Trace] = []
  private(set) var delivery: Int?
  private(set) var lastDelivered: Timestamp?
  private(set) var firstDelivered: Timestamp?
  /// The numbers of the packets between which the losses are looked for.
  private var followed: [(number: Int64, side: MoveScene.Side)] = []

  /// What passed each lane, in the order of time, and its numbers.
  private var passages: [[Passage]] = []
  private var numbers: [RangeSet<Int64>] = []
  private let move: Move

  init(of move: Move, places: [MoveScene.Place], from start: Timestamp, to end: Timestamp) {
    self.move = move
    let near = places.map { place in
      var place = place
      place.passages = ArraySlice(place.passages.filter { $0.end >= start && $0.start <= end })
      return place
    }
    let epoch =
      near.filter { $0.point.name == move.fromPoint }.flatMap(\.passages)
      .filter { $0.start <= move.lastBefore }.max { $0.end < $1.end }?.epoch ?? 0
    makeLanes(near.filter { !$0.passages.isEmpty }, epoch: epoch)
    findDelivery()
    findEvents()
    findLosses()
    findTraces()
  }

  /// Makes a lane of each point and depth; of each leg, where the move is from leg to leg.
  private mutating func makeLanes(_ places: [MoveScene.Place], epoch: Int) {
    let isOfLegs = move.fromPoint == move.toPoint
    let fromSite = Point(name: move.fromPoint).site
    let toSite = Point(name: move.toPoint).site
    for place in places {
      let byLeg = isOfLegs && place.point.name == move.fromPoint && place.leg.depth > 0
      let known = lanes.firstIndex {
        $0.point == place.point
          && (byLeg ? $0.leg == place.leg : $0.isTunnelled == (place.leg.depth > 0))
      }
      if let known {
        passages[known] += place.passages
      } else {
        var side: MoveScene.Side?
        if byLeg {
          side = place.leg == move.fromLeg ? .from : place.leg == move.toLeg ? .to : nil
        } else if !isOfLegs, [.access, .external].contains(place.point.role) {
          side = place.point.site == fromSite ? .from : place.point.site == toSite ? .to : nil
        }
        lanes.append(
          MoveScene.Lane(
            point: place.point, leg: byLeg ? place.leg : nil, isTunnelled: place.leg.depth > 0,
            side: side))
        passages.append(Array(place.passages))
      }
    }
    let order = lanes.indices.sorted { isBefore(lanes[$0], lanes[$1]) }
    lanes = order.map { lanes[$0] }
    passages = order.map { index in passages[index].sorted { $0.start < $1.start } }
    numbers = passages.map { passages in
      RangeSet(
        passages.filter { $0.epoch == epoch }.compactMap(\.numbers)
          .map { $0.lowerBound..<$0.upperBound.next })
    }
    for index in lanes.indices where lanes.filter({ $0.point == lanes[index].point }).count > 1 {
      let leg = lanes[index].leg.map { "via \($0.levels.first.map { "\($0.source)" } ?? "")" }
      lanes[index].note = leg ?? (lanes[index].isTunnelled ? "in" : "out")
    }
  }

  private func isBefore(_ left: MoveScene.Lane, _ right: MoveScene.Lane) -> Bool {
    func key(_ lane: MoveScene.Lane) -> (Int, Int, Int, String) {
      let isServer = lane.point.role == .access || lane.point.role == .external
      let role =
        switch lane.point.role {
        case .source: 0
        case .access, .external: 1
        case .anchor: 2
        case .receiver: 3
        }
      let side = lane.side == .from ? 0 : lane.side == .to ? 2 : 1
      // A server's interfaces stand together; elsewhere the tunnel comes before what is in it.
      return isServer
        ? (role, side, lane.point.role == .access ? 0 : 1, lane.point.name)
        : (role, lane.isTunnelled ? 0 : 1, side, lane.point.name)
    }
    return key(left) < key(right)
  }

  private mutating func findDelivery() {
    delivery =
      lanes.lastIndex { $0.point.role == .receiver }
      ?? lanes.lastIndex { $0.point.role == .anchor && !$0.isTunnelled }
  }

  /// Dates the last packets before and the first after on each lane, where that is exact.
  private mutating func findEvents() {
    for lane in lanes.indices {
      let isFrom = lanes[lane].point.name == move.fromPoint && lanes[lane].side == .from
      let isTo = lanes[lane].point.name == move.toPoint && lanes[lane].side == .to
      if lanes[lane].side != .to, let time = isFrom ? move.lastBefore : last(on: lane) {
        lanes[lane].events.append(MoveScene.Event(kind: .last, time: time))
      }
      if lanes[lane].side != .from, let time = isTo ? move.firstAfter : first(on: lane) {
        lanes[lane].events.append(MoveScene.Event(kind: .first, time: time))
      }
    }
  }

  private func last(on lane: Int) -> Timestamp? {
    guard lanes[lane].side == .from || isShared(lane) else { return nil }
    if let next = move.firstNumber {
      // At the guest and its interface numbers pass that come no farther.
      let isUpstream = lanes[lane].point.role == .source || lanes[lane].point.role == .access
      let bound = isUpstream ? next.former : move.lastNumber ?? next.former
      guard let number = numbers[lane].intersection(RangeSet(.min..<bound.next)).ranges.last else {
        return nil
      }
      return exactTime(of: number.upperBound - 1, on: lane)
    }
    return passages[lane].filter { $0.end <= move.firstAfter }.map(\.end).max()
  }

  private func first(on lane: Int) -> Timestamp? {
    guard lanes[lane].side == .to || isShared(lane) else { return nil }
    if let former = move.lastNumber {
      let isSource = lanes[lane].point.role == .source
      let bound = isSource ? move.firstNumber ?? former.next : former.next
      guard let number = numbers[lane].intersection(RangeSet(bound..<Int64.max)).ranges.first else {
        return nil
      }
      return exactTime(of: number.lowerBound, on: lane)
    }
    return passages[lane].first { $0.start > move.lastBefore }?.start
  }

  /// Whether the lane is on both ways.
  private func isShared(_ lane: Int) -> Bool {
    ![.access, .external].contains(lanes[lane].point.role) && lanes[lane].side == nil
  }

  /// Finds the numbers between the last delivered before and the first after that were not delivered,
  /// and how far each of them came.
  private mutating func findLosses() {
    guard let last = move.lastNumber, let first = move.firstNumber, first > last else { return }
    var missing: RangeSet<Int64>
    if let delivery {
      let before = numbers(of: .from).intersection(numbers[delivery])
        .intersection(RangeSet(.min..<last.next)).ranges.last
      let after = numbers(of: .to).intersection(numbers[delivery])
        .intersection(RangeSet(first..<Int64.max)).ranges.first
      guard let before, let after else { return }
      lastDelivered = exactTime(of: before.upperBound - 1, on: delivery)
      firstDelivered = exactTime(of: after.lowerBound, on: delivery)
      followed = [(before.upperBound - 1, .from), (after.lowerBound, .to)]
      missing = RangeSet(before.upperBound..<max(after.lowerBound, before.upperBound))
        .subtracting(numbers[delivery])
    } else {
      missing = RangeSet(last.next..<first)
      for seen in numbers { missing.subtract(seen) }
    }
    for lane in lanes.indices.reversed() where lane != delivery && !missing.isEmpty {
      let here = missing.intersection(numbers[lane])
      missing.subtract(numbers[lane])
      for range in here.ranges { addLosses(range, on: lane) }
    }
    for range in missing.ranges {
      losses.append(
        MoveScene.Loss(
          lane: nil, numbers: range.lowerBound...range.upperBound - 1,
          start: min(move.lastBefore, move.firstAfter), end: max(move.lastBefore, move.firstAfter)))
    }
  }

  /// Adds the losses of a range, as the passages there have them.
  private mutating func addLosses(_ range: Range<Int64>, on lane: Int) {
    for passage in passages[lane] {
      guard let numbers = passage.numbers else { continue }
      let lower = max(numbers.lowerBound, range.lowerBound)
      let upper = min(numbers.upperBound, range.upperBound - 1)
      guard lower <= upper, let start = passage.time(of: lower), let end = passage.time(of: upper)
      else { continue }
      losses.append(
        MoveScene.Loss(lane: lane, numbers: lower...upper, start: start.time, end: end.time))
    }
  }

  /// Numbers that a side's own servers saw: its external points, else its access points.
  private func numbers(of side: MoveScene.Side) -> RangeSet<Int64> {
    for role in [Point.Role.external, .access, .anchor, .receiver] {
      let found = lanes.indices.filter { lanes[$0].side == side && lanes[$0].point.role == role }
      if found.isEmpty { continue }
      return found.reduce(into: RangeSet()) { $0.formUnion(numbers[$1]) }
    }
    return RangeSet()
  }

  /// Follows the last packets before and the first after, delivered or not, from lane to lane.
  private mutating func findTraces() {
    if let last = move.lastNumber { followed.append((last, .from)) }
    if let first = move.firstNumber { followed.append((first, .to)) }
    for (number, side) in followed where !traces.contains(where: { $0.number == number }) {
      var stops: [(lane: Int, time: Timestamp)] = []
      for lane in lanes.indices where lanes[lane].side == side || isShared(lane) {
        if let time = time(of: number, on: lane) { stops.append((lane, time.time)) }
      }
      if stops.count > 1 {
        traces.append(MoveScene.Trace(number: number, side: side, stops: stops))
      }
    }
  }

  private func time(of number: Int64, on lane: Int) -> (time: Timestamp, isExact: Bool)? {
    guard numbers[lane].contains(number) else { return nil }
    return passages[lane].lazy.compactMap { $0.time(of: number) }.first
  }

  private func exactTime(of number: Int64, on lane: Int) -> Timestamp? {
    guard let found = time(of: number, on: lane), found.isExact else { return nil }
    return found.time
  }
}

extension MoveTracks {
  /// The most bars of a lane.
  private static let mostBars = 300

  /// What passed a lane between two moments, as bars. A silence shows where it is one: longer than a few
  /// spacings, and long enough to be seen.
  func bars(of lane: Int, from start: Timestamp, to end: Timestamp) -> [MoveScene.Bar] {
    let spacing = usualSpacing(on: lane)
    let visible = max(max((end - start) / 400, spacing * 3), .microseconds(1))
    var bars: [MoveScene.Bar] = []
    for passage in passages[lane] where passage.end >= start && passage.start <= end {
      for bar in parts(of: passage, on: lane) {
        if let last = bars.indices.last, bars[last].side == bar.side,
          bar.start - bars[last].end <= visible
        {
          bars[last].end = max(bars[last].end, bar.end)
        } else if bars.count < Self.mostBars {
          bars.append(bar)
        }
      }
    }
    return bars.map { bar in
      MoveScene.Bar(start: max(bar.start, start), end: min(bar.end, end), side: bar.side)
    }.filter { $0.start <= $0.end }
  }

  /// A passage cut where the stream went over from one way to the other; between the two there may be
  /// numbers of which nobody knows the way.
  private func parts(of passage: Passage, on lane: Int) -> [MoveScene.Bar] {
    func bar(_ side: MoveScene.Side?) -> MoveScene.Bar {
      MoveScene.Bar(start: passage.start, end: passage.end, side: side)
    }
    guard isShared(lane) else { return [bar(lanes[lane].side)] }
    guard let numbers = passage.numbers, let last = lastOnOldWay, let first = move.firstNumber,
      first > last
    else {
      return [bar(passage.start <= min(move.lastBefore, move.firstAfter) ? .from : .to)]
    }
    let ways: [(least: Int64, most: Int64, side: MoveScene.Side?)] = [
      (.min, last, .from), (last.next, first.former, nil), (first, .max, .to),
    ]
    return ways.compactMap { way in
      let lower = max(numbers.lowerBound, way.least)
      let upper = min(numbers.upperBound, way.most)
      guard lower <= upper, let start = passage.time(of: lower), let end = passage.time(of: upper)
      else { return nil }
      return MoveScene.Bar(start: start.time, end: end.time, side: way.side)
    }
  }

  /// The last number that the old server or its guest's interface saw.
  private var lastOnOldWay: Int64? {
    guard let next = move.firstNumber else { return move.lastNumber }
    let seen = lanes.indices.filter { lanes[$0].side == .from }
      .compactMap { numbers[$0].intersection(RangeSet(.min..<next)).ranges.last?.upperBound.former }
    return (seen + [move.lastNumber].compactMap(\.self)).max()
  }

  private func usualSpacing(on lane: Int) -> Duration {
    let spacings = passages[lane].compactMap { passage -> Duration? in
      guard let numbers = passage.numbers, numbers.upperBound > numbers.lowerBound else {
        return nil
      }
      return (passage.end - passage.start)
        / max(Int(clamping: numbers.upperBound &- numbers.lowerBound), 1)
    }.sorted()
    return spacings.isEmpty ? .zero : spacings[spacings.count / 2]
  }
}

extension Int64 {
  /// The number after and the one before, as far as there is one.
  fileprivate var next: Int64 { self == .max ? self : self + 1 }
  fileprivate var former: Int64 { self == .min ? self : self - 1 }
}
