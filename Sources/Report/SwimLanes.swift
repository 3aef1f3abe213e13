import Moves
import Streams
import Wire

/// The drawing of one move: a lane for each place on the stream's way, one under the other.
struct SwimLanes {
  let number: Int
  let move: Move
  let scene: MoveScene
  /// The servers' places in the order of colours, the old one's and the new one's.
  var colors = (from: 0, to: 1)

  var title: String { "Move \(number): \(move.route)" }

  /// What the drawing shows, in words.
  var description: String {
    let events = scene.lanes.flatMap { lane in
      lane.events.map { event in
        "\(lane.name): \(event.name(on: lane)) at \(Wording.offset(event.time - move.lastBefore))"
      }
    }
    let losses = lossTexts.map { "\(Wording.count($0.count)) lost, last seen at \($0.place)" }
    return "Times from the last packet on \(move.fromPoint). "
      + (events + losses).joined(separator: "; ") + "."
  }

  /// How many lost packets were last seen where, in the order of the way.
  var lossTexts: [(place: String, count: Int)] {
    var texts: [(String, Int)] = []
    let unseen = scene.losses.filter { $0.lane == nil }.reduce(0) { $0 + $1.count }
    if unseen > 0 { texts.append(("no point", unseen)) }
    for lane in scene.lanes.indices {
      let count = scene.losses.filter { $0.lane == lane }.reduce(0) { $0 + $1.count }
      if count > 0 { texts.append((scene.lanes[lane].name, count)) }
    }
    return texts
  }

  /// What of the move's figures the drawing does not show.
  var shortfall: String? {
    let drawn = scene.losses.reduce(0) { $0 + $1.count }
    let told = move.lost ?? move.lostUnseen
    guard let told, told != drawn else { return nil }
    return
      "\(Wording.count(drawn)) of the \(Wording.count(told)) lost packets are drawn: where the "
      + "others died, the recorded runs of numbers do not tell."
  }

  func drawing(_ identifier: String, _ width: DrawingWidth) -> Drawing {
    LanePlot(self, identifier, width).drawing
  }
}

extension Move {
  /// From where to where.
  var route: String {
    fromPoint == toPoint
      ? "\(fromPoint), \(Self.short(fromLeg)) → \(Self.short(toLeg))" : "\(fromPoint) → \(toPoint)"
  }

  private static func short(_ leg: Leg) -> String {
    leg.levels.first.map { "via \($0.source)" } ?? "direct"
  }
}

extension MoveScene.Event {
  func name(on lane: MoveScene.Lane) -> String {
    switch kind {
    case .last: "last"
    case .first: lane.isTunnelled && lane.point.role == .external ? "first tunnelled" : "first"
    case .bindingUpdate(let sequence): "BU" + (sequence.map { " \($0)" } ?? "")
    case .bindingAcknowledgement(let sequence, let status):
      "BA" + (sequence.map { " \($0)" } ?? "")
        // RFC 6275 section 6.1.8: below 128 it was accepted.
        + (status.map { $0 < 128 ? " accepted" : " rejected (\($0))" } ?? "")
    case .announce: "announced"
    }
  }
}

private struct LanePlot {
  private let lanes: SwimLanes
  private let width: DrawingWidth
  private let time: TimeScale
  private let laneHeight: Double
  private let size: Double
  private let left: Double
  private let right: Double
  private let top: Double
  private(set) var drawing: Drawing

  private var scene: MoveScene { lanes.scene }
  private var move: Move { lanes.move }

  init(_ lanes: SwimLanes, _ identifier: String, _ width: DrawingWidth) {
    self.lanes = lanes
    self.width = width
    size = width.textSize
    left = width == .wide ? 118 : 8
    right = width.pixels - 12
    laneHeight = width == .wide ? 46 : 56
    top = lanes.scene.losses.contains { $0.lane == nil } ? 34 : 6
    time = TimeScale(lanes.scene.start, lanes.scene.end, from: left, to: right)
    drawing = Drawing(
      identifier, width: width.pixels, title: lanes.title, description: lanes.description)
    axis()
    drawing.rectangle(
      "away", from: time(min(move.lastBefore, move.firstAfter)),
      to: time(max(move.lastBefore, move.firstAfter)), top: top, height: bottom - top)
    for lane in scene.lanes.indices { drawBars(of: lane) }
    for trace in scene.traces { draw(trace) }
    for lane in scene.lanes.indices { drawEvents(of: lane) }
    drawLosses()
    let foot = spans()
    drawing.height = foot + 8
  }

  private var bottom: Double { top + laneHeight * Double(scene.lanes.count) }

  /// The middle of a lane's bar.
  private func y(_ lane: Int) -> Double {
    top + laneHeight * Double(lane) + laneHeight - 15
  }

  private static let barHeight = 11.0

  private mutating func axis() {
    let unit = scene.end - scene.start > .seconds(20) ? 1000.0 : 1.0
    let scale = Scale(
      values: (scene.start - move.lastBefore).milliseconds
        / unit...max(
          (scene.end - move.lastBefore).milliseconds / unit,
          (scene.start - move.lastBefore).milliseconds / unit + 1e-3), from: left, to: right)
    let ticks = scale.ticks(atMost: Int((right - left) / 78))
    for tick in ticks {
      let x = scale(tick)
      drawing.line("grid", x, top, x, bottom)
      let number = Quantity.decimal(abs(tick), places: tickPlaces(ticks))
      let text = (tick < 0 ? "−" : "") + number + (unit == 1 ? " ms" : " s")
      let half = Tags.width(text, size: size) / 2
      drawing.text(
        "tick middle", text, x: min(max(x, half), width.pixels - half), y: bottom + 5 + size)
    }
    drawing.line("axis", left, bottom, right, bottom)
  }

  private func tickPlaces(_ ticks: [Double]) -> Int {
    guard ticks.count > 1 else { return 1 }
    let step = ticks[1] - ticks[0]
    return step >= 0.999 ? 0 : step >= 0.0999 ? 1 : step >= 0.00999 ? 2 : 3
  }

  private mutating func drawBars(of index: Int) {
    let lane = scene.lanes[index]
    let middle = y(index)
    drawing.line("lane", left, middle, right, middle)
    if width == .wide {
      drawing.text("name end", lane.name.shortened(to: 16), x: left - 10, y: middle + 1)
      drawing.text("role end", lane.kind, x: left - 10, y: middle + 14)
    } else {
      drawing.text("name", lane.name.shortened(to: 30), x: left, y: middle - 31)
    }
    for bar in lane.bars {
      drawing.rectangle(
        "bar \(color(of: bar.side))", from: time(bar.start),
        to: time(bar.end), top: middle - Self.barHeight / 2, height: Self.barHeight)
    }
  }

  private func color(of side: MoveScene.Side?) -> String {
    switch side {
    case .from: "server\(lanes.colors.from % 4)"
    case .to: "server\(lanes.colors.to % 4)"
    case nil: "other"
    }
  }

  private mutating func draw(_ trace: MoveScene.Trace) {
    let stops = trace.stops.filter { time.contains($0.time) }
    guard stops.count > 1 else { return }
    let points = stops.map { "\(px(time($0.time))) \(px(y($0.lane)))" }
    drawing.path("trace", "M" + points.joined(separator: "L"))
  }

  private mutating func drawEvents(of index: Int) {
    let lane = scene.lanes[index]
    let events = lane.events.filter { time.contains($0.time) }
    let middle = y(index)
    for event in events {
      let x = time(event.time)
      switch event.kind {
      case .last, .first: drawing.line("event", x, middle - 9, x, middle + 9)
      case .bindingUpdate, .bindingAcknowledgement, .announce:
        drawing.path(
          "sign", "M\(px(x)) \(px(middle - 7))l6 7l-6 7l-6 -7z")
      }
    }
    // Where all the texts do not fit, the times go, and then those of signalling.
    let zero = move.lastBefore
    let texts: [(MoveScene.Event) -> String?] = [
      { "\($0.name(on: lane)) \(Wording.offset($0.time - zero))" },
      { $0.name(on: lane) },
      { $0.kind == .last || $0.kind == .first ? $0.name(on: lane) : nil },
    ]
    for text in texts {
      let tags = events.compactMap { event in
        text(event).map { Tags.Tag(text: $0, x: time(event.time)) }
      }
      if drawing.tags(
        tags, from: left, to: width.pixels, baseline: middle - 15, foot: middle - 8, size: size)
      {
        return
      }
    }
  }

  /// Lost packets as crosses where they were last seen; where they stand too close, as one block.
  private mutating func drawLosses() {
    for lane in scene.lanes.indices {
      let losses = scene.losses.filter { $0.lane == lane }.sorted { $0.start < $1.start }
      drawLosses(losses, y: y(lane) + 11)
    }
    let unseen = scene.losses.filter { $0.lane == nil }
    guard !unseen.isEmpty else { return }
    let count = unseen.reduce(0) { $0 + $1.count }
    let from = time(min(move.lastBefore, move.firstAfter))
    let to = time(max(move.lastBefore, move.firstAfter))
    let ticks = min(count, max(Int((to - from) / 9), 1))
    for tick in 0..<ticks {
      cross(from + (Double(tick) + 0.5) * (to - from) / Double(ticks), top - 10)
    }
    let text = "\(Wording.count(count, "packet")) seen at no point, sent in this time"
    let half = Tags.width(text, size: size) / 2
    drawing.text(
      "tag middle", text,
      x: min(max((from + to) / 2, half), width.pixels - half), y: top - 19)
  }

  /// How far apart losses are told of together, in pixels.
  private static let reach = 90.0

  private mutating func drawLosses(_ losses: [MoveScene.Loss], y: Double) {
    var groups: [(losses: [MoveScene.Loss], from: Double, to: Double)] = []
    for loss in losses {
      let from = time.clamped(loss.start)
      let to = max(time.clamped(loss.end), from)
      if let last = groups.indices.last, from - groups[last].to < Self.reach {
        groups[last].losses.append(loss)
        groups[last].to = max(groups[last].to, to)
      } else {
        groups.append(([loss], from, to))
      }
    }
    for (index, group) in groups.enumerated() {
      cross(out: group.losses, y: y)
      let before = index > 0 ? groups[index - 1].to + 9 : left
      let after = index + 1 < groups.count ? groups[index + 1].from - 9 : width.pixels
      let count = Wording.count(group.losses.reduce(0) { $0 + $1.count })
      for text in ["\(count) lost, last seen here", "\(count) lost", count] {
        let length = Tags.width(text, size: size) * 1.06
        if group.to + 9 + length <= after {
          drawing.text("lost", text, x: group.to + 9, y: y + size * 0.35)
        } else if group.from - 9 - length >= before {
          drawing.text("lost end", text, x: group.from - 9, y: y + size * 0.35)
        } else {
          continue
        }
        break
      }
    }
  }

  /// Crosses for single packets, and a block where they would touch.
  private mutating func cross(out losses: [MoveScene.Loss], y: Double) {
    var places: [Double] = []
    for loss in losses {
      let from = time.clamped(loss.start)
      let to = max(time.clamped(loss.end), from)
      let count = min(loss.count, Int((to - from) / 2) + 2)
      for index in 0..<count {
        places.append(count > 1 ? from + (to - from) * Double(index) / Double(count - 1) : from)
      }
    }
    places.sort()
    var start = 0
    for index in places.indices {
      if index + 1 < places.count, places[index + 1] - places[index] < 5 { continue }
      if index > start {
        drawing.rectangle(
          "block", from: places[start] - 3, to: places[index] + 3, top: y - 3.5, height: 7)
      } else {
        cross(places[index], y)
      }
      start = index + 1
    }
  }

  private mutating func cross(_ x: Double, _ y: Double) {
    drawing.path(
      "cross", "M\(px(x - 3.5)) \(px(y - 3.5))l7 7m0 -7l-7 7")
  }

  /// The spans below the lanes: how long the stream was away, and the silence at the receiver with its
  /// parts. Gives where they end.
  private mutating func spans() -> Double {
    var row = bottom + size + 14
    if move.clockOffset != .zero {
      // The lanes are as the clocks say: no span of them is the time away.
      let text = "away \(Wording.duration(move.gap)), the clocks’ difference allowed for"
      drawing.text("tag middle", text, x: (left + right) / 2, y: row + size + 2)
      row += size + 8
    } else if move.firstAfter > move.lastBefore {
      let text = "away \(Wording.duration(move.gap))"
      row = span("away", text, from: move.lastBefore, to: move.firstAfter, top: row)
    }
    guard let gap = move.receiverGap, let start = scene.lastDelivered,
      let end = scene.firstDelivered, let delivery = scene.deliveryLane, end > start
    else { return row }
    let text = "gap \(Wording.duration(gap))" + partsText
    row = span(scene.lanes[delivery].name, text, from: start, to: end, top: row)
    return parts(from: start, to: end, top: row)
  }

  private mutating func span(
    _ name: String, _ text: String, from start: Timestamp, to end: Timestamp, top: Double
  ) -> Double {
    let middle = top + size + 9
    let from = time.clamped(start)
    let to = time.clamped(end)
    if width == .wide {
      drawing.text("name end", name.shortened(to: 16), x: left - 10, y: middle + size * 0.35)
    }
    drawing.path(
      "span",
      "M\(px(from)) \(px(middle - 5))V\(px(middle + 5))M\(px(from)) \(px(middle))H\(px(to))"
        + "M\(px(to)) \(px(middle - 5))V\(px(middle + 5))")
    let half = Tags.width(text, size: size) / 2
    let label = width == .wide || name == "away" ? text : "\(name): \(text)"
    drawing.text(
      "tag middle", label,
      x: min(max((from + to) / 2, half + 2), width.pixels - half - 2), y: middle - 7)
    return middle + 6
  }

  private var knownParts: [(name: String, class: String, span: Duration)] {
    [
      ("paused", "part0", move.paused), ("held", "part1", move.held),
      ("path change", "part2", move.pathChange), ("residual", "part3", move.residual),
    ].compactMap { name, style, span in span.map { (name, style, $0) } }
  }

  private var partsText: String {
    guard width == .wide, !knownParts.isEmpty else { return "" }
    return " = spacing + "
      + knownParts.map { "\($0.name) \(Wording.duration($0.span))" }.joined(separator: " + ")
  }

  /// The parts of the gap side by side, where all are known and none is negative that could be seen.
  private mutating func parts(from start: Timestamp, to end: Timestamp, top: Double) -> Double {
    let parts = knownParts.filter { $0.span > .zero }
    guard !parts.isEmpty, knownParts.allSatisfy({ $0.span > (start - end) / 200 }),
      move.paused != nil, move.held != nil, move.pathChange != nil
    else { return top }
    let sum = parts.reduce(Duration.zero) { $0 + $1.span }
    let spacing = (end - start) - sum
    guard spacing >= .zero else { return top }
    var at = start
    for part in [("spacing", "part4", spacing)] + parts.map({ ($0.name, $0.class, $0.span) })
    where part.2 > .zero {
      let from = time.clamped(at)
      let to = time.clamped(at + part.2)
      drawing.rectangle("part \(part.1)", from: from, to: to, top: top, height: size + 6)
      if Tags.width(part.0, size: size) + 4 < to - from {
        drawing.text("parttext middle", part.0, x: (from + to) / 2, y: top + size)
      }
      at = at + part.2
    }
    return top + size + 10
  }
}

extension MoveScene.Lane {
  /// What stands there, in a word or two.
  fileprivate var kind: String {
    switch point.role {
    case .source: "guest"
    case .access: "guest’s interface"
    case .external: isTunnelled ? "server, tunnelled" : "server, outside"
    case .anchor: isTunnelled ? "home agent, in" : "home agent, out"
    case .receiver: "receiver"
    }
  }
}
