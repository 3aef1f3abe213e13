import Analysis
import Moves
import Wire

/// The values of one part of the moves, where they are known.
struct Spread: Sendable {
  let name: String
  let unit: String
  /// Ascending; one at the least.
  let values: [Double]
  /// How many moves there are, known or not.
  let count: Int

  /// The parts of all moves, those that are known of one move at the least.
  static func all(of moves: [Move]) -> [Spread] {
    Part.all.compactMap { part in
      let values = moves.compactMap(part.value).sorted()
      guard !values.isEmpty else { return nil }
      return Spread(
        name: part.title, unit: part.isTime ? "ms" : "packets", values: values, count: moves.count)
    }
  }

  func quantile(_ share: Double) -> Double { Distribution.quantile(share, of: values) }

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
  let distributions: [Spread]

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
    _ distribution: Spread, top: Double, _ width: DrawingWidth, _ drawing: inout Drawing
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
    _ distribution: Spread, _ scale: Scale, base: Double, _ drawing: inout Drawing
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
