import Screen
import Streams
import Wire

/// A column of the table of streams, by its name in the layouts.
enum StreamColumn: String, Sendable, CaseIterable {
  case stream, payload, on
  case rate2 = "2s"
  case rate10 = "10s"
  case rate40 = "40s"
  case total, lost, packets, jitter, trend, leg

  /// The columns of the records (`Records`) that its figures are made of.
  var recorded: [String] {
    switch self {
    case .stream: ["stream"]
    case .payload: ["payload"]
    case .on: ["point"]
    case .rate2, .rate10, .rate40, .total, .trend: ["time", "ip_bytes"]
    case .lost: ["lost", "skipped"]
    case .packets: ["packets"]
    case .jitter: ["jitter_ms"]
    case .leg: ["leg"]
    }
  }

  /// Seconds that a rate is the mean of; nil of other columns.
  var seconds: Double? {
    switch self {
    case .rate2: 2
    case .rate10: 10
    case .rate40: 40
    default: nil
    }
  }

  func column(inBytes: Bool) -> Column {
    switch self {
    case .stream:
      Column(heading: "STREAM", width: 16, priority: 1, isRightAligned: false, isFlexible: true)
    case .payload: Column(heading: "PAYLOAD", width: 8, priority: 8, isRightAligned: false)
    case .on: Column(heading: "ON", width: 9, priority: 2, isRightAligned: false)
    case .rate2: Column(heading: inBytes ? "B/s 2s" : "b/s 2s", width: 6, priority: 3)
    case .rate10: Column(heading: "10s", width: 5, priority: 5)
    case .rate40: Column(heading: "40s", width: 5, priority: 6)
    case .total: Column(heading: "TOTAL", width: 8, priority: 3)
    case .lost: Column(heading: "LOST", width: 5, priority: 4)
    case .packets: Column(heading: "PACKETS", width: 8, priority: 7)
    case .jitter: Column(heading: "JITTER", width: 8, priority: 9)
    case .trend: Column(heading: "LAST 40 s", width: 16, priority: 10, isRightAligned: false)
    case .leg: Column(heading: "LEG", width: 24, priority: 11, isRightAligned: false)
    }
  }

  /// What the column sorts by, the largest first, where it is a figure.
  func figure(of stream: StreamHistory, in history: History) -> Double? {
    switch self {
    case .stream, .payload, .on, .leg: nil
    case .rate2, .rate10, .rate40: history.rate(stream.passed, over: seconds ?? 1)
    case .trend: history.rate(stream.passed, over: 40)
    case .total: Double(stream.bytes)
    case .lost: Double(stream.lost ?? -1)
    case .packets: Double(stream.packets)
    case .jitter: stream.jitter?.milliseconds ?? -1
    }
  }
}

extension View {
  /// What a cell of the table says.
  func text(_ column: StreamColumn, of key: StreamKey, _ stream: StreamHistory, width: Int)
    -> String
  {
    switch column {
    case .stream: text(of: key, width: width)
    case .payload: stream.payload.rawValue
    case .on: text(of: place(of: stream))
    case .rate2, .rate10, .rate40:
      Figures.short(
        history.rate(stream.passed, over: column.seconds ?? 1) * (inBytes ? 1 : 8))
    case .total: Figures.short(Double(stream.bytes)) + "B"
    case .lost: stream.lost.map(Figures.count) ?? glyphs.dash
    case .packets: Figures.count(stream.packets)
    case .jitter: stream.jitter.map(Figures.duration) ?? glyphs.dash
    case .trend:
      Plot.sparkline(
        trend(of: stream, count: width), ceiling: trendCeiling(of: stream, count: width),
        isASCII: !glyphs.drawsBraille)
    case .leg:
      stream.newestLeg.map {
        shown("\($0)").shortenedInMiddle(to: width, ellipsis: glyphs.ellipsis)
      } ?? glyphs.dash
    }
  }

  func text(of place: StreamHistory.Place) -> String {
    switch place {
    case .on(let site): site
    case .away(let silence):
      "away " + Quantity.decimal(silence.milliseconds / 1000, places: 0) + "s"
    case .gone: glyphs.dash
    case .blind: "blind"
    }
  }

  /// The two ends of a stream, after the sign of a pinned one.
  func text(of key: StreamKey, width: Int) -> String {
    let sign = pinned.contains(key) ? glyphs.pin + " " : ""
    return sign + ends(of: key, width: width - sign.cells)
  }

  /// `source:port > destination:port`; where that is too wide, with addresses or names shortened in
  /// their middles, and at last the source alone.
  private func ends(of key: StreamKey, width: Int) -> String {
    let source = (host(key.source), ":\(key.sourcePort)")
    let destination = (host(key.destination), ":\(key.destinationPort)")
    let sign = " > "
    let fixed = source.1.cells + destination.1.cells + sign.cells
    let room = width - fixed
    guard room >= 12 else {
      let address = source.0.shortenedInMiddle(
        to: width - source.1.cells, ellipsis: glyphs.ellipsis)
      return address + source.1
    }
    // What the shorter address leaves of its half goes to the longer one.
    let left = min(source.0.cells, max(room / 2, room - destination.0.cells))
    return source.0.shortenedInMiddle(to: left, ellipsis: glyphs.ellipsis) + source.1 + sign
      + destination.0.shortenedInMiddle(to: room - left, ellipsis: glyphs.ellipsis)
      + destination.1
  }

  private func trend(of stream: StreamHistory, count: Int) -> [Double] {
    guard let upTo = history.upTo, let bin = history.bin, count > 0 else { return [] }
    let end = history.number(of: upTo)
    let bins = max(Int64(40e9 / Double(bin.wholeNanoseconds) / Double(count)), 1)
    return (0..<Int64(count)).map { index in
      let last = end - (Int64(count) - 1 - index) * bins
      return stream.passed.sum(last - bins..<last)
    }
  }

  private func trendCeiling(of stream: StreamHistory, count: Int) -> Double {
    trend(of: stream, count: count).max() ?? 1
  }
}
