import Moves
import Wire

/// How one figure of the moves is distributed over those in which it is known.
struct Distribution: Sendable {
  let name: String
  let unit: String
  /// Ascending.
  let values: [Double]
  /// How many moves there are, known or not.
  let count: Int

  /// The parts of all moves, those that are known of one move at the least.
  static func all(of moves: [Move]) -> [Distribution] {
    let times: [(String, (Move) -> Duration?)] = [
      ("away", { $0.gap }), ("gap at the receiver", { $0.receiverGap }), ("paused", { $0.paused }),
      ("held", { $0.held }), ("path change", { $0.pathChange }), ("residual", { $0.residual }),
      ("paused and path", { $0.pausedPlusPath }), ("unbound", { $0.unboundTime }),
    ]
    let counts: [(String, (Move) -> Int?)] = [
      ("lost", { $0.lost }), ("lost unseen", { $0.lostUnseen }),
      ("lost in the server", { $0.lostServer }), ("lost behind", { $0.lostBehind }),
      ("sent unbound", { $0.unbound }), ("lost on the path", { $0.lostPath }),
      ("before the BA", { $0.beforeAcknowledgement }), ("duplicates", { $0.duplicates }),
      ("reordered", { $0.reordered }),
    ]
    return
      (times.map { name, figure in
        Distribution(name, "ms", moves.map { figure($0)?.milliseconds })
      }
      + counts.map { name, figure in
        Distribution(name, "packets", moves.map { figure($0).map(Double.init) })
      }).filter { !$0.values.isEmpty }
  }

  init(_ name: String, _ unit: String, _ figures: [Double?]) {
    self.name = name
    self.unit = unit
    values = figures.compactMap(\.self).sorted()
    count = figures.count
  }

  /// The value below which this part of them lies, between two of them where it falls between.
  func quantile(_ part: Double) -> Double {
    guard let last = values.last else { return .nan }
    let place = part * Double(values.count - 1)
    let index = Int(place)
    guard index + 1 < values.count else { return last }
    return values[index] + (values[index + 1] - values[index]) * (place - Double(index))
  }

  /// A figure of it as text; counts are whole unless a quantile falls between two.
  func text(_ value: Double) -> String {
    if unit == "ms" { return Wording.milliseconds(.nanoseconds(Int64(clamping: value * 1e6))) }
    return value == value.rounded()
      ? Wording.count(Int(Int64(clamping: value))) : Quantity.decimal(value, places: 1)
  }

  var isConstant: Bool { values.first == values.last }
}

/// The distributions as a drawing: a strip each, with a dot for each move, or bars where there are many.
struct DistributionFigure {
  let distributions: [Distribution]

  var description: String {
    distributions.map { distribution in
      "\(distribution.name): \(distribution.text(distribution.quantile(0))) to "
        + "\(distribution.text(distribution.quantile(1))) \(distribution.unit), median "
        + distribution.text(distribution.quantile(0.5))
    }.joined(separator: "; ") + "."
  }

  func drawing(_ identifier: String, _ width: DrawingWidth) -> Drawing {
    var drawing = Drawing(
      identifier, width: width.pixels, title: "Distributions of the parts of the moves",
      description: description)
    var top = 4.0
    for distribution in distributions {
      top = Self.draw(distribution, top: top, width, &drawing)
    }
    drawing.height = top
    return drawing
  }

  private static let dot = 8.0
  private static let stack = 4

  private static func draw(
    _ distribution: Distribution, top: Double, _ width: DrawingWidth, _ drawing: inout Drawing
  ) -> Double {
    let size = width.textSize
    let left = width == .wide ? 150.0 : 14.0
    let right = width.pixels - 24
    let plotTop = width == .wide ? top : top + size + 6
    let base = plotTop + dot * Double(stack) + 4
    let known = "\(distribution.values.count) of \(distribution.count)"
    if width == .wide {
      drawing.text("name end", distribution.name, x: left - 14, y: base - 12)
      drawing.text("role end", "\(distribution.unit), \(known)", x: left - 14, y: base + 2)
    } else {
      drawing.text(
        "name", "\(distribution.name) (\(distribution.unit), \(known))", x: 4, y: plotTop - 2)
    }
    let least = distribution.values[0]
    let most = distribution.values[distribution.values.count - 1]
    let margin = least == most ? max(abs(least) * 0.1, 1) : (most - least) * 0.05
    let scale = Scale(values: least - margin...most + margin, from: left, to: right)
    drawing.line("axis", left, base, right, base)
    for tick in scale.ticks(atMost: width == .wide ? 7 : 4) {
      let x = scale(tick)
      drawing.line("axis", x, base, x, base + 4)
      drawing.text(
        "tick middle", number(tick, step: (most - least + 2 * margin) / 7), x: x,
        y: base + 6 + size)
    }
    // Quartiles of a few values would say more than these do.
    if distribution.values.count > 3 {
      drawing.rectangle(
        "box", from: scale(distribution.quantile(0.25)), to: scale(distribution.quantile(0.75)),
        top: plotTop, height: base - plotTop)
    }
    drawValues(distribution, scale, base: base, &drawing)
    let median = scale(distribution.quantile(0.5))
    drawing.line("median", median, plotTop - 2, median, base)
    return base + size + 20
  }

  private static func number(_ value: Double, step: Double) -> String {
    let places = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3
    let text = Quantity.decimal(abs(value), places: places)
    return value < 0 ? "−" + text : text
  }

  private static func drawValues(
    _ distribution: Distribution, _ scale: Scale, base: Double, _ drawing: inout Drawing
  ) {
    var counts: [Int: Int] = [:]
    for value in distribution.values {
      counts[Int((scale(value) / dot).rounded(.down)), default: 0] += 1
    }
    let most = counts.values.max() ?? 0
    for (bin, count) in counts.sorted(by: { $0.key < $1.key }) {
      let middle = (Double(bin) + 0.5) * dot
      if most <= stack {
        for index in 0..<count {
          drawing.shapes.empty(
            "circle",
            [
              "class": "dot", "cx": px(middle), "cy": px(base - dot * (Double(index) + 0.5)),
              "r": "3.4",
            ])
        }
      } else {
        let height = max(dot * Double(stack) * Double(count) / Double(most), 1.5)
        drawing.rectangle(
          "column", from: middle - dot / 2 + 0.5, to: middle + dot / 2 - 0.5, top: base - height,
          height: height)
      }
    }
  }
}
