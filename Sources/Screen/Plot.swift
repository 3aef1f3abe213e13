/// A filled plot of figures over time, two samples a cell, from the left to the right.
package enum Plot {
  /// Samples that stand side by side in one cell.
  package static let samplesPerCell = 2

  /// The plot as rows of text, the upper one first, with braille dots: 2 × 4 in a cell.
  ///
  /// - Parameters:
  ///   - samples: two for each column; those that are missing at the end are 0. A figure above 0
  ///     always shows a dot.
  ///   - ceiling: the figure that fills the height.
  package static func braille(
    _ samples: [Double], ceiling: Double, width: Int, height: Int
  ) -> [String] {
    // Dots of a cell from the bottom up (Unicode, Braille Patterns): left 7 3 2 1, right 8 6 5 4.
    let dots: [[UInt32]] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]]
    let heights = levels(samples, ceiling: ceiling, count: width * 2, steps: height * 4)
    return rows(height) { floor in
      (0..<width).map { column in
        var bits: UInt32 = 0
        for side in 0..<2 {
          let filled = heights[column * 2 + side] - floor * 4
          for dot in 0..<min(max(filled, 0), 4) { bits |= dots[side][dot] }
        }
        return bits == 0 ? " " : Unicode.Scalar(0x2800 + bits).map(Character.init) ?? " "
      }
    }
  }

  /// The same plot with ASCII characters: a cell shows the larger of its two samples in quarters.
  package static func ascii(
    _ samples: [Double], ceiling: Double, width: Int, height: Int
  ) -> [String] {
    let marks: [Character] = [" ", ".", ":", "|", "#"]
    let heights = levels(samples, ceiling: ceiling, count: width * 2, steps: height * 4)
    return rows(height) { floor in
      (0..<width).map { column in
        let level = max(heights[column * 2], heights[column * 2 + 1])
        return marks[min(max(level - floor * 4, 0), 4)]
      }
    }
  }

  /// Figures as one row of bars, one a cell.
  package static func sparkline(_ samples: [Double], ceiling: Double, isASCII: Bool) -> String {
    let bars: [Character] = Array(isASCII ? " .:|#" : " ▁▂▃▄▅▆▇█")
    let heights = levels(
      samples, ceiling: ceiling, count: samples.count, steps: bars.count - 1)
    return String(heights.map { bars[$0] })
  }

  /// The next figure from above whose first digit is easy to read; 1 for nothing at all.
  package static func ceiling(over figure: Double) -> Double {
    guard figure > 0, figure.isFinite else { return 1 }
    var power = 1.0
    while power * 10 <= figure { power *= 10 }
    while power > figure { power /= 10 }
    for step in [1, 1.5, 2, 3, 4, 5, 6, 8] where step * power >= figure { return step * power }
    return 10 * power
  }

  private static func levels(
    _ samples: [Double], ceiling: Double, count: Int, steps: Int
  ) -> [Int] {
    (0..<count).map { index in
      guard index < samples.count, samples[index] > 0, ceiling > 0 else { return 0 }
      let share = min(samples[index] / ceiling, 1)
      return max(Int((share * Double(steps)).rounded()), 1)
    }
  }

  private static func rows(_ height: Int, _ row: (_ floor: Int) -> [Character]) -> [String] {
    (0..<height).reversed().map { String(row($0)) }
  }
}
