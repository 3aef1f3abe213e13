import Sequences
import Streams
import Wire

extension IntervalRecord {
  /// The rate of `ip_bytes`.
  var bitsPerSecond: Int? {
    guard let nanoseconds = length?.wholeNanoseconds, nanoseconds > 0 else { return nil }
    return Int(exactly: (Double(interval.ipBytes) * 8e9 / Double(nanoseconds)).rounded())
  }

  /// The time of the first packet, where the runs do not tell it.
  var apartFirstTime: Timestamp? {
    get { interval.firstTime == interval.runsStart ? nil : interval.firstTime }
    set {
      let told = newValue ?? interval.runsStart
      interval.firstTime = told ?? time
      isUndated = told == nil
    }
  }

  /// The time of the last packet, where the runs do not tell it.
  var apartLastTime: Timestamp? {
    get { interval.lastTime == interval.runsEnd ? nil : interval.lastTime }
    set { interval.lastTime = newValue ?? interval.runsEnd ?? time }
  }
}

extension StreamInterval {
  var knownPayload: PayloadKind? {
    get { payload == .unknown ? nil : payload }
    set { payload = newValue ?? .unknown }
  }

  var runsStart: Timestamp? { arrivedRuns?.runs.map(\.firstTime).min() }
  var runsEnd: Timestamp? { arrivedRuns?.runs.map(\.lastTime).max() }

  var arrivedRuns: ArrivedRuns? {
    get { sequence.map(ArrivedRuns.init) }
    set {
      sequence = newValue.map { SequenceFigures(unknown: $0.runs, runsWereCut: $0.wereCut) }
    }
  }

  /// True or not known.
  var runsWereCut: Bool? {
    get { arrivedRuns?.wereCut == true ? true : nil }
    set { if newValue == true { sequence?.runsWereCut = true } }
  }

  var lost: Int? {
    get { sequence?.lost }
    set { if let newValue { set(\.lost, newValue) } }
  }

  var skipped: Int? {
    get { sequence?.skipped }
    set { if let newValue { set(\.skipped, newValue) } }
  }

  var duplicates: Int? {
    get { sequence?.duplicates }
    set { if let newValue { set(\.duplicates, newValue) } }
  }

  var reordered: Int? {
    get { sequence?.reordered }
    set { if let newValue { set(\.reordered, newValue) } }
  }

  /// A figure that is known says that there are numbers, even where none of them is new.
  private mutating func set<Figure>(
    _ path: WritableKeyPath<SequenceFigures, Figure>, _ value: Figure
  ) {
    var figures = sequence ?? SequenceFigures(unknown: [])
    figures[keyPath: path] = value
    sequence = figures
  }
}

extension SequenceFigures {
  /// Figures of which only the runs are known.
  fileprivate init(unknown runs: [NumberRun], runsWereCut: Bool = false) {
    self.init(runs: runs, runsWereCut: runsWereCut, lost: nil, skipped: nil)
  }
}
