import Screen
import Wire

/// The time that the lanes share: which moment stands in which column.
///
/// A sample is a whole number of bins, or a whole part of one, and samples begin at whole multiples
/// of their length. So the plots move on without changing their shapes.
struct TimeAxis {
  let columns: Int
  let start: Timestamp
  /// What one of the two samples of a column stands for, in ns.
  let sample: Int64
  private let bin: Int64
  /// The bin after the last one that is complete.
  private let endBin: Int64

  /// - Parameters:
  ///   - seconds: the time to show; what is shown is near it.
  ///   - end: the newest moment, at the right edge.
  init(columns: Int, seconds: Double, bin: Duration, end: Timestamp) {
    // Within a third of what 64 bits hold no sum below can leave them.
    let most = Int64.max / 3
    let end = Timestamp(nanoseconds: min(max(end.nanoseconds, -most), most))
    let seconds = min(max(seconds, 0.001), Double(most) / 4e9)
    self.columns = columns
    self.bin = min(max(bin.wholeNanoseconds, 1), most)
    let samples = max(columns * Plot.samplesPerCell, 1)
    let wanted = seconds * 1e9 / Double(samples)
    if wanted >= Double(self.bin) {
      sample = self.bin * Int64((wanted / Double(self.bin)).rounded())
    } else {
      sample = max(self.bin / max(Int64((Double(self.bin) / wanted).rounded()), 1), 1)
    }
    let aligned = end.aligned(to: .nanoseconds(sample)).nanoseconds
    let edge = aligned == end.nanoseconds ? aligned : aligned + sample
    start = Timestamp(nanoseconds: edge - sample * Int64(samples))
    endBin = end.aligned(to: .nanoseconds(self.bin)).nanoseconds / self.bin
  }

  /// What is shown, in seconds.
  var seconds: Double {
    Double(sample) * Double(columns * Plot.samplesPerCell) / 1e9
  }

  /// The column of a moment; nil where it is out of sight.
  func column(of time: Timestamp) -> Int? {
    guard time >= start else { return nil }
    let column = (time - start).wholeNanoseconds / (sample * Int64(Plot.samplesPerCell))
    // The newest moment of all stands on the right edge itself.
    return column < columns ? Int(column) : column == Int64(columns) ? columns - 1 : nil
  }

  /// Mean bytes per second of each sample.
  func samples(of series: Series) -> [Double] {
    (0..<columns * Plot.samplesPerCell).map { index in
      let from = start.nanoseconds + Int64(index) * sample
      let first = from / bin
      let last = min(max((from + sample) / bin, first + 1), endBin)
      guard first < last else { return 0 }
      return series.sum(first..<last) * 1e9 / (Double(bin) * Double(last - first))
    }
  }

  /// Columns and times of the ticks, far enough apart for a clock's eight characters.
  func ticks(clockOffset: Duration) -> [(column: Int, time: Timestamp)] {
    let steps: [Int64] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200]
    let least = Double(sample) * Double(Plot.samplesPerCell) * 12 / 1e9
    let step = Duration.seconds(
      steps.first { Double($0) >= least } ?? Int64((least / 14_400).rounded(.up)) * 14_400)
    var ticks: [(Int, Timestamp)] = []
    var time = (start + clockOffset).aligned(to: step) + step - clockOffset
    while let column = column(of: time), column < columns {
      ticks.append((column, time))
      time = time + step
    }
    return ticks
  }
}
