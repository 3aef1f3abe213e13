import Moves
import Screen
import Streams
import Wire

/// What a screen shows: the history, and how the user wants to see it.
struct View: Sendable {
  var history: History
  var glyphs: Glyphs
  /// What local time is ahead of UTC.
  var clockOffset: Duration
  /// The table's columns in the order of the layout.
  var columns: [StreamColumn]
  var sort = Sort()
  /// The streams in the order of the table.
  var order: [StreamKey] = []
  /// The streams that stand on top of the table, whatever the sort and the filter.
  var pinned: Set<StreamKey> = []
  /// The stream that the panes below the table are about.
  var selected: StreamKey?
  /// Seconds that the lanes show, about.
  var window = 60.0
  var inBytes = false
  var isCumulative = false
  var isFrozen = false
  /// How long before now the moment is that a frozen screen shows.
  var behind = Duration.zero
  /// How far it can go back, for the help.
  var kept: Kept?
  /// No more data will come.
  var hasEnded = false
  /// Names of the points whose data end before their time, as those of a file that was cut.
  var endedEarly: [String] = []
  /// What is being typed.
  var entry: Entry?
  /// A pane of its own has the Binding Updates and Acknowledgements.
  var hasSignalling = false
  /// Of what is played in time; nil where it is not.
  var playback: Playback.State?
  /// What a key has done, in the place of the keys.
  var notice: String?
  /// The streams that the table shows; nil for all.
  var filter: Filter?
  var filterProblem: String?
  var search = Search()
  var names = NameBook()
  var mask = Mask()

  /// What the table is sorted by.
  struct Sort: Equatable, Sendable {
    var column = StreamColumn.rate10
    var isReversed = false
  }

  /// Windows that `+` and `-` step through, in seconds.
  static let windows: [Double] = [15, 30, 60, 120, 300, 600, 1800, 3600]

  /// The columns to show: with cumulative figures the total stands in the place of the rates.
  var shownColumns: [StreamColumn] {
    guard isCumulative else { return columns }
    let rates = columns.filter { $0.seconds != nil }
    guard !columns.contains(.total) else { return columns.filter { !rates.contains($0) } }
    return columns.compactMap {
      $0 == rates.first ? .total : rates.contains($0) ? nil : $0
    }
  }

  func place(of stream: StreamHistory) -> StreamHistory.Place {
    let place = stream.place(at: history.upTo ?? stream.lastTime, interval: history.interval)
    if case .on = place { return place }
    let isBlind = history.decidingPoints.contains { point in
      history.away.contains { $0.point == point.name }
    }
    return isBlind ? .blind : place
  }

  var selectedStream: StreamHistory? {
    selected.flatMap { history.streams[$0] }
  }

  /// Moves of the selected stream, in the order of their coming.
  var moves: [Move] {
    history.moves.filter { $0.stream == selected }
  }

  /// Every place has a colour of its own, as far as there are colours.
  func style(ofSite site: String) -> Style {
    var sites: [String] = []
    for point in history.decidingPoints where !sites.contains(point.site) {
      sites.append(point.site)
    }
    let colours: [Colour] = [.first, .second, .third, .fourth]
    guard let index = sites.firstIndex(of: site) else { return .bold }
    return Style(colours[index % colours.count], isBold: true)
  }

  func style(ofPoint name: String) -> Style {
    style(ofSite: Point(name: name).site)
  }

  func clock(_ time: Timestamp, withMilliseconds: Bool = false) -> String {
    Figures.clock(time, offset: clockOffset, withMilliseconds: withMilliseconds)
  }

  /// Puts the streams in order; equal ones by their key, so that rows do not swap places.
  mutating func arrange() {
    switch sort.column {
    case .stream: order = history.streams.keys.sorted()
    case .payload:
      order = ordered {
        $0.payload.rawValue
      } by: {
        $0 < $1
      }
    case .on:
      order = ordered {
        text(of: place(of: $0))
      } by: {
        $0 < $1
      }
    default:
      order = ordered {
        sort.column.figure(of: $0, in: history) ?? 0
      } by: {
        $0 > $1
      }
    }
    if sort.isReversed { order.reverse() }
    let top = order.filter(pinned.contains)
    order = top + order.filter { !pinned.contains($0) && passesFilter($0) }
  }

  private func passesFilter(_ key: StreamKey) -> Bool {
    guard let stream = history.streams[key] else { return false }
    return filter.map { $0.matches(key, stream, naming: host) } ?? true
  }

  /// The streams that the table shows, in no order.
  var shownStreams: [StreamKey] {
    history.streams.keys.filter { pinned.contains($0) || passesFilter($0) }
  }

  /// Selects the busiest of some streams, unless the selected one is about as busy: two streams of
  /// about the same rate do not take turns. Of equal ones it is the first by its key.
  mutating func selectBusiest(among streams: [StreamKey]) {
    if let selected, !streams.contains(selected) { self.selected = nil }
    let rates = history.streams.mapValues { history.rate($0.passed, over: 40) }
    let busiest = streams.max { left, right in
      let (lower, higher) = (rates[left] ?? 0, rates[right] ?? 0)
      return lower == higher ? left > right : lower < higher
    }
    guard let busiest, rates[busiest] ?? 0 > 2 * (selected.flatMap { rates[$0] } ?? 0) else {
      return
    }
    selected = busiest
  }

  private func ordered<Value: Equatable>(
    _ value: (StreamHistory) -> Value, by precedes: (Value, Value) -> Bool
  ) -> [StreamKey] {
    let values = history.streams.map { (key: $0.key, value: value($0.value)) }
    return values.sorted {
      $0.value == $1.value ? $0.key < $1.key : precedes($0.value, $1.value)
    }.map(\.key)
  }
}
