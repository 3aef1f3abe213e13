import Screen
import Streams

/// The whole screen as a page of lines that can be scrolled.
struct PagePane {
  enum Content: Equatable {
    /// The keys from their table, and what the words on the screen mean.
    case help
    /// All that is known of a stream.
    case detail(StreamKey)
  }

  let content: Content
  private var top = 0

  init(_ content: Content) {
    self.content = content
  }

  private static let words: [(String, String)] = [
    ("ON", "the server that carries the stream now"),
    ("2s 10s 40s", "mean rate over the last seconds, IP bytes"),
    ("AWAY", "silence between the old place and the new"),
    ("RECEIVER GAP", "the silence that the receiver saw"),
    ("LOST", "packets that never came"),
    ("BINDING", "Update, Acknowledgement: ms after the first packet there"),
    ("GAPS", "silences within a stay, by their length"),
    ("LOST RUNS", "how many runs of so many packets were lost (RFC 3357)"),
    ("VARIATION", "of the delay, above the fastest packet's (RFC 5481)"),
  ]

  private func lines(_ view: View) -> [(String, String)] {
    switch content {
    case .help: Self.help(view)
    case .detail(let stream): Self.detail(of: stream, view)
    }
  }

  private var title: String {
    switch content {
    case .help: "help"
    case .detail: "stream"
    }
  }

  private static func help(_ view: View) -> [(String, String)] {
    let bindings = KeyTable.bindings(whilePlaying: view.playback != nil)
    let kept = view.playback == nil ? view.kept?.lines ?? [] : ReelLimits().lines
    return bindings.map { ($0.label, $0.help) } + [("", "")] + words + [
      (view.glyphs.came + " " + view.glyphs.left, "it came here, it left here"),
      (view.glyphs.pin, "a pinned stream"),
    ] + kept
  }

  private static func detail(of key: StreamKey, _ view: View) -> [(String, String)] {
    guard let stream = view.history.streams[key] else {
      return [("stream", "it was silent for so long that it is forgotten")]
    }
    let unknown = view.glyphs.dash
    func count(_ number: Int?) -> String { number.map(Figures.count) ?? unknown }
    var lines = [
      ("from", "\(view.hostInFull(key.source)) port \(key.sourcePort)"),
      ("to", "\(view.hostInFull(key.destination)) port \(key.destinationPort)"),
      ("payload", stream.payload.rawValue),
      ("on", view.text(of: view.place(of: stream))),
      ("pinned", view.pinned.contains(key) ? "yes" : "no"),
      ("last packet", view.clock(stream.lastTime, withMilliseconds: true)),
      (
        "passed",
        "\(Figures.count(stream.packets)) packets, \(Figures.short(Double(stream.bytes)))B of IP"
      ),
      ("lost", "\(count(stream.lost)) in all, \(Figures.count(stream.lostInMoves)) in moves"),
      ("moves", Figures.count(stream.moves)), ("", ""),
    ]
    for point in view.history.points {
      guard let seen = stream.points[point.name] else { continue }
      let numbers = seen.numbers
      lines.append(
        (
          point.name,
          "\(point.role.rawValue), last \(view.clock(seen.lastTime, withMilliseconds: true)), "
            + "spacing \(Figures.duration(seen.spacing)), jitter "
            + (seen.jitter.map(Figures.duration) ?? unknown)
        ))
      lines.append(
        (
          "",
          "lost \(count(numbers?.lost)), skipped \(count(numbers?.skipped)), depth "
            + (numbers.map { "\($0.depth)" } ?? unknown)
        ))
      for leg in seen.legs { lines.append(("", view.shown("leg \(leg)"))) }
    }
    return lines
  }

  /// Obeys the keys that scroll or leave the page.
  ///
  /// - Returns: whether the page is over; nil for a key that is not the page's.
  mutating func obey(_ action: Action) -> Bool? {
    switch action {
    case .help, .close, .detail: return true
    case .quit: return nil
    case .up: top = max(top - 1, 0)
    case .down: top += 1
    case .pageUp: top = max(top - 10, 0)
    case .pageDown: top += 10
    case .first: top = 0
    default: break
    }
    return false
  }

  mutating func draw(_ view: View, on grid: inout Grid) {
    let indent = 18
    let lines = lines(view).flatMap { label, text in
      text.wrapped(to: grid.width - indent - 1).enumerated().map { index, part in
        (index == 0 ? label : "", part)
      }
    }
    let room = grid.height - 2
    top = min(top, max(lines.count - room, 0))
    grid.restyle(row: 0) { $0 = .bar }
    grid.write(
      " nemotop: \(title)", column: 0, row: 0, style: Style(isBold: true, isReversed: true))
    for (row, line) in lines.dropFirst(top).prefix(room).enumerated() {
      grid.write(line.0, column: 1, row: row + 1, style: .heading, limit: indent - 2)
      grid.write(line.1, column: indent, row: row + 1)
    }
    let more = lines.count > top + room ? "down for more, " : ""
    grid.write(more + "Esc to go back", column: 1, row: grid.height - 1, style: .quiet)
  }
}

extension String {
  /// The text in lines of at most so many cells, broken at its blanks, and within a word that is
  /// longer than a line.
  fileprivate func wrapped(to width: Int) -> [String] {
    var lines = [""]
    for word in split(separator: " ") {
      var rest = word
      if !lines[lines.count - 1].isEmpty {
        if (lines[lines.count - 1] + " " + rest).cells <= width {
          lines[lines.count - 1] += " " + rest
          continue
        }
        lines.append("")
      }
      while String(rest).cells > width {
        let part = String(rest).clipped(to: width)
        guard !part.isEmpty else { break }
        lines[lines.count - 1] = part
        rest = rest.dropFirst(part.count)
        lines.append("")
      }
      lines[lines.count - 1] = String(rest)
    }
    return lines
  }
}
