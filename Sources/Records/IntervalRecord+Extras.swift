import Sequences
import Streams
import Wire

/// What JSON has in keys of its own, where it says something.
extension StreamInterval {
  var transportLost: Int? {
    get { sequence?.transportLost }
    set { if let newValue { sequence?.transportLost = newValue } }
  }

  var formerRuns: Int? {
    get { sequence.map(ArrivedRuns.formerCount).flatMap { $0 > 0 ? $0 : nil } }
    set { if let newValue { sequence?.formerRuns = newValue } }
  }

  var lossPeriods: Tally? {
    get { sequence?.pattern?.periods.ifAny }
    set { set(\.periods, newValue) }
  }

  var lossDistances: Tally? {
    get { sequence?.pattern?.distances.ifAny }
    set { set(\.distances, newValue) }
  }

  var reorderExtents: Tally? {
    get { sequence?.reordering?.extents.ifAny }
    set { set(\.extents, newValue) }
  }

  var latest: Duration? {
    get { sequence?.reordering?.latest }
    set { set(\.latest, newValue.map(Optional.some)) }
  }

  var variationP50: Duration? {
    get { variation?.p50 }
    set { set(\.p50, newValue) }
  }

  var variationP95: Duration? {
    get { variation?.p95 }
    set { set(\.p95, newValue) }
  }

  var variationP99: Duration? {
    get { variation?.p99 }
    set { set(\.p99, newValue) }
  }

  var variationP999: Duration? {
    get { variation?.p999 }
    set { set(\.p999, newValue) }
  }

  var variationMaximum: Duration? {
    get { variation?.maximum }
    set { set(\.maximum, newValue) }
  }

  private mutating func set(_ path: WritableKeyPath<LossPattern, Tally>, _ value: Tally?) {
    guard let value else { return }
    var pattern = sequence?.pattern ?? LossPattern()
    pattern[keyPath: path] = value
    sequence?.pattern = pattern
  }

  private mutating func set<Figure>(
    _ path: WritableKeyPath<Reordering, Figure>, _ value: Figure?
  ) {
    guard let value else { return }
    var reordering = sequence?.reordering ?? Reordering()
    reordering[keyPath: path] = value
    sequence?.reordering = reordering
  }

  private mutating func set(_ path: WritableKeyPath<DelayVariation, Duration>, _ value: Duration?) {
    guard let value else { return }
    var variation =
      variation
      ?? DelayVariation(p50: value, p95: value, p99: value, p999: value, maximum: value)
    variation[keyPath: path] = value
    self.variation = variation
  }
}

extension Tally {
  fileprivate var ifAny: Tally? { isEmpty ? nil : self }
}

/// In JSON `[[value,count],…]` in the order of the values.
extension Tally: RecordValue {
  private var elements: [(value: Int, count: Int)] {
    counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  init?(text: String) {
    self.init()
    for part in text.split(separator: ";") {
      let sides = part.split(separator: ":")
      guard sides.count == 2, let value = Int(text: String(sides[0])),
        let count = Int(text: String(sides[1]))
      else { return nil }
      add(value, count)
    }
    if wasCut { return nil }
  }

  init?(json: JSONValue) {
    guard case .array(let elements) = json else { return nil }
    self.init()
    for element in elements {
      guard case .array(let sides) = element, sides.count == 2, let value = Int(json: sides[0]),
        let count = Int(json: sides[1])
      else { return nil }
      add(value, count)
    }
    if wasCut { return nil }
  }

  func appendText(to line: inout [UInt8]) {
    line.append(elements, separator: ";") { element, line in
      element.value.appendText(to: &line)
      line.append(ascii: ":")
      element.count.appendText(to: &line)
    }
  }

  func appendJSON(to line: inout [UInt8]) {
    JSONValue.appendList(elements, to: &line) { element, line in
      JSONValue.appendList([element.value, element.count], to: &line) { $0.appendJSON(to: &$1) }
    }
  }
}
