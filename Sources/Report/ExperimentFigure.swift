import Moves
import Records
import Streams
import Wire

/// The experiment's figure: a throughput plot a server, one under the other on one time axis, with blocks
/// where the stream was and an arrow for each move.
struct ExperimentFigure {
  /// A plot: a server's outer interface, or a leg where one point sees them all.
  struct Row: Sendable {
    var name: String
    var point: Int
    /// The server's place in the order of colours; nil where it is none.
    var color: Int?
    var traffic: [Traffic]
    /// In the order of time, apart from each other.
    var stays: [ClosedRange<Timestamp>]
    var blindness: [ReportContent.BlindSpell]
  }

  let title: String
  let rows: [Row]
  /// The moves that are marked, with their numbers in the report.
  let moves: [(number: Int, move: Move, from: Int, to: Int)]
  let userMarks: [Mark]
  let start: Timestamp
  let end: Timestamp
  let interval: Duration?

  var description: String {
    let stays = rows.map { row -> String in
      guard !row.stays.isEmpty else { return "\(row.name): never" }
      let times = row.stays.prefix(12).map { stay in
        "\(Wording.clock(stay.lowerBound)) to \(Wording.clock(stay.upperBound))"
      }
      let more = row.stays.count > 12 ? " and \(row.stays.count - 12) more times" : ""
      return "\(row.name): \(times.joined(separator: ", "))\(more)"
    }
    return "Throughput of IP bytes at each point from \(Wording.clock(start)) to "
      + "\(Wording.clock(end)) UTC. The stream was at \(stays.joined(separator: "; ")). "
      + "\(Wording.count(moves.count, "move")), told in the table of moves."
  }

  /// What was measured, and how it is drawn.
  func caption(columns: Int = Int(DrawingWidth.wide.pixels)) -> String {
    var text =
      "Shaded under a bar: the stream was here. Arrows: moves, numbered as in the table, with the time "
      + "away. The curve is the rate of IP bytes"
    if let interval {
      text +=
        ", counted in intervals of \(Wording.duration(interval)) and spread over the time in "
        + "which the packets of each came"
    }
    let column = (end - start) / columns
    if column >= .seconds(1) { text += "; a point of it is a mean of \(Wording.duration(column))" }
    if rows.contains(where: { !$0.blindness.isEmpty }) {
      text += ". Hatched: the capture was blind"
    }
    if !userMarks.isEmpty { text += ". Flags at the foot: marks of users" }
    return text + ". Times are UTC."
  }

  func drawing(_ identifier: String, _ width: DrawingWidth) -> Drawing {
    Plot(self, identifier, width).drawing
  }
}

/// One drawing of the figure.
private struct Plot {
  private let figure: ExperimentFigure
  private let width: DrawingWidth
  private let time: TimeScale
  private let top: Double
  private let rowHeight: Double
  private let rowStep: Double
  private let size: Double
  private(set) var drawing: Drawing

  init(_ figure: ExperimentFigure, _ identifier: String, _ width: DrawingWidth) {
    self.figure = figure
    self.width = width
    size = width.textSize
    drawing = Drawing(
      identifier, width: width.pixels, title: figure.title, description: figure.description)
    let left = width == .wide ? 62.0 : 42.0
    time = TimeScale(figure.start, figure.end, from: left, to: width.pixels - 12)
    top = 26
    rowHeight = width == .wide ? 104 : 76
    rowStep = rowHeight + 30
    drawing.height = top + rowStep * Double(figure.rows.count) + 26
    hatch()
    let (rates, most) = rates()
    let scale = rateScale(most)
    axis()
    for (index, row) in figure.rows.enumerated() {
      draw(row, rates[index], y(index), scale)
    }
    markMoves()
    markUsers()
  }

  /// The top of a row's plot.
  private func y(_ row: Int) -> Double { top + 18 + rowStep * Double(row) }

  private var bottom: Double { y(figure.rows.count - 1) + rowHeight }

  private mutating func hatch() {
    drawing.shapes.element("defs") { defs in
      defs.element(
        "pattern",
        [
          "id": "\(drawing.identifier)-hatch", "width": "6", "height": "6",
          "patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)",
        ]
      ) { $0.empty("line", ["class": "hatch", "x1": "0", "y1": "0", "x2": "0", "y2": "6"]) }
    }
  }

  /// The mean rates of each row's columns, and the highest of all.
  private func rates() -> (rows: [[Double]], most: Double) {
    let columns = Int(time(figure.end) - time(figure.start))
    let rows = figure.rows.map { row in
      var rates = [Double](repeating: 0, count: max(columns, 1))
      for traffic in row.traffic { traffic.add(to: &rates, from: time.start, to: time.end) }
      return rates
    }
    return (rows, rows.joined().max() ?? 0)
  }

  private func rateScale(_ most: Double) -> Scale {
    let most = most > 0 && most.isFinite ? most : 1
    return Scale(values: 0...most * 1.12, from: rowHeight, to: 0)
  }

  private mutating func axis() {
    let ticks = time.clockTicks(atMost: Int((time(time.end) - time(time.start)) / (size * 7.5)))
    for tick in ticks.times {
      let x = time(tick)
      drawing.line("grid", x, y(0), x, bottom)
      drawing.line("axis", x, bottom, x, bottom + 4)
      let text = Wording.clock(tick, places: ticks.places)
      let half = Tags.width(text, size: size) / 2
      drawing.text(
        "tick middle", text, x: min(max(x, half), width.pixels - half), y: bottom + 6 + size)
    }
  }

  private mutating func draw(
    _ row: ExperimentFigure.Row, _ rates: [Double], _ y: Double, _ scale: Scale
  ) {
    let server = row.color.map { "server\($0 % 4)" } ?? "other"
    let left = time(time.start)
    let right = time(time.end)
    for stay in row.stays {
      let from = time.clamped(stay.lowerBound)
      let to = time.clamped(stay.upperBound)
      drawing.rectangle("stay \(server)", from: from, to: to, top: y, height: rowHeight)
      drawing.rectangle("here \(server)", from: from, to: to, top: y - 4, height: 4)
    }
    let unit = Wording.ratePrefix(scale.values.upperBound)
    let rateTicks = Scale(
      values: 0...scale.values.upperBound / unit.scale, from: rowHeight, to: 0
    ).ticks(atMost: 3)
    for tick in rateTicks {
      let at = y + scale(tick * unit.scale)
      if tick > 0 { drawing.line("grid", left, at, right, at) }
      drawing.text("tick end", "\(tick.formatted)", x: left - 6, y: at + size * 0.35)
    }
    drawing.text("name", row.name, x: left, y: y - 9)
    if y == self.y(0) {
      drawing.text("tick end", "\(unit.prefix)b/s", x: left - 6, y: y - 9)
    }
    let (curve, area) = curve(rates, from: left, y, scale)
    drawing.path("area \(server)", area)
    drawing.path("curve \(server)", curve)
    for spell in row.blindness {
      let from = time.clamped(spell.start)
      drawing.shapes.empty(
        "rect",
        [
          "x": px(from), "y": px(y), "height": px(rowHeight),
          "width": px(max(time.clamped(spell.end) - from, 2)),
          "fill": "url(#\(drawing.identifier)-hatch)",
        ])
    }
    drawing.line("axis", left, y + rowHeight, right, y + rowHeight)
  }

  /// The curve, a step a column, and the area below it.
  private func curve(
    _ rates: [Double], from left: Double, _ y: Double, _ scale: Scale
  ) -> (curve: String, area: String) {
    var steps = ""
    var former = ""
    for (column, rate) in rates.enumerated() {
      let at = px(y + scale(rate))
      if at != former {
        let x = px(left + Double(column))
        steps += former.isEmpty ? "M\(x) \(at)" : "H\(x)V\(at)"
        former = at
      }
    }
    steps += "H\(px(left + Double(rates.count)))"
    let base = px(y + scale(0))
    return (steps, steps + "V\(base)H\(px(left))Z")
  }

  private mutating func markMoves() {
    for marked in figure.moves {
      let x = time.clamped(marked.move.firstAfter)
      let from = y(marked.from) + rowHeight / 2
      let to = y(marked.to) + rowHeight / 2
      drawing.line("moved", x, y(0) - 8, x, bottom)
      if marked.from != marked.to {
        let back = to > from ? -9.0 : 9.0
        drawing.path(
          "arrow",
          "M\(px(x)) \(px(from))V\(px(to))M\(px(x - 4)) \(px(to + back))L\(px(x)) \(px(to))"
            + "L\(px(x + 4)) \(px(to + back))")
      }
    }
    let texts: [(Int, Move) -> String] = [
      { number, move in "\(number): \(Wording.duration(move.gap))" },
      { number, _ in "\(number)" },
    ]
    for text in texts {
      let tags = figure.moves.map {
        Tags.Tag(text: text($0.number, $0.move), x: time.clamped($0.move.firstAfter))
      }
      if drawing.tags(
        tags, from: 0, to: width.pixels, baseline: size, foot: y(0) - 8, size: size)
      {
        return
      }
    }
  }

  private mutating func markUsers() {
    for mark in figure.userMarks {
      let x = time.clamped(mark.time)
      drawing.path("flag", "M\(px(x)) \(px(bottom))V\(px(bottom - 7))l6 3.5l-6 3.5")
    }
  }
}

extension Double {
  /// A tick's value, as short as it can be.
  fileprivate var formatted: String {
    var text = Quantity.decimal(self, places: 6)
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
