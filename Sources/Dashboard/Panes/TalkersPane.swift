import Screen
import Streams
import Wire

/// A column of the table of talkers, by its name in the layouts.
enum TalkerColumn: String, CaseIterable {
  case talkers, rate, share, bar, total, streams

  var column: Column {
    switch self {
    case .talkers:
      Column(
        heading: "TOP TALKERS", width: 16, priority: 1, isRightAligned: false, isFlexible: true)
    case .rate: Column(heading: "10s", width: 6, priority: 2)
    case .share: Column(heading: "SHARE", width: 6, priority: 3)
    case .bar: Column(heading: "", width: 12, priority: 6, isRightAligned: false)
    case .total: Column(heading: "TOTAL", width: 7, priority: 4)
    case .streams: Column(heading: "STREAMS", width: 7, priority: 5)
    }
  }
}

/// What one address sends to another, in all streams together.
struct Talkers: Equatable {
  struct Pair: Hashable {
    var source: IPAddress
    var destination: IPAddress
  }

  var pair: Pair
  /// Bytes a second, over the last 10 s.
  var rate = 0.0
  /// Bytes that passed.
  var total = 0
  var streams = 0

  /// All pairs, the busiest first.
  static func all(in history: History) -> [Talkers] {
    var talkers: [Pair: Talkers] = [:]
    for (key, stream) in history.streams {
      let pair = Pair(source: key.source, destination: key.destination)
      talkers[pair, default: Talkers(pair: pair)].rate += history.rate(stream.passed, over: 10)
      talkers[pair]?.total.add(clamping: stream.bytes)
      talkers[pair]?.streams += 1
    }
    return talkers.values.sorted {
      ($0.rate, $0.total, $1.pair.source, $1.pair.destination)
        > ($1.rate, $1.total, $0.pair.source, $0.pair.destination)
    }
  }
}

/// Who sends most to whom, and its share of all that streams.
struct TalkersPane: Pane {
  var columns: [TalkerColumn]

  func rows(_ view: View, width: Int) -> RowNeed {
    let pairs = Set(
      view.history.streams.keys.map { Talkers.Pair(source: $0.source, destination: $0.destination) }
    )
    return RowNeed(least: 2, most: 1 + max(pairs.count, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let talkers = Talkers.all(in: view.history)
    let sum = talkers.reduce(0) { $0 + $1.rate }
    var made = columns.map(\.column)
    if let names = columns.firstIndex(of: .talkers) {
      // The columns that matter least make room for the names.
      let longest = talkers.prefix(grid.height - 1).map {
        text(of: $0.pair, view, width: .max).cells
      }
      made[names].width = min(max(made[names].width, longest.max() ?? 0), max(grid.width - 38, 16))
    }
    grid.draw(talkers, in: made, orNote: "nobody yet") { talker, index, width in
      let share = sum > 0 ? talker.rate / sum : 0
      return switch columns[index] {
      case .talkers: (text(of: talker.pair, view, width: width), .plain)
      case .rate:
        (Figures.shortRate(bytesPerSecond: talker.rate, inBytes: view.inBytes), .bold)
      case .share: (Quantity.decimal(share * 100, places: 1) + "%", .plain)
      case .bar:
        (
          String(repeating: view.glyphs.bar, count: Int((share * Double(width)).rounded())),
          Style(.first)
        )
      case .total: (Figures.short(Double(talker.total)) + "B", .plain)
      case .streams: (Figures.count(talker.streams), .plain)
      }
    }
  }

  private func text(of pair: Talkers.Pair, _ view: View, width: Int) -> String {
    let source = view.host(pair.source)
    let destination = view.host(pair.destination)
    let sign = " > "
    let room = width - sign.cells
    // What the shorter address leaves of its half goes to the longer one.
    let left = min(source.cells, max(room / 2, room - destination.cells))
    return source.shortenedInMiddle(to: left, ellipsis: view.glyphs.ellipsis) + sign
      + destination.shortenedInMiddle(to: room - left, ellipsis: view.glyphs.ellipsis)
  }
}
