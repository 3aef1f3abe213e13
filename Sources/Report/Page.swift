import Analysis
import Moves
import Records
import Streams
import Wire

extension ReportContent {
  /// The report as one HTML document, which needs nothing from elsewhere: UTF-8, well-formed as XML too,
  /// without scripts.
  ///
  /// Its size is bounded by the number of streams and moves that it tells of, whatever the length of the
  /// recording: at the most some megabytes.
  ///
  /// - Parameter title: the heading; by default it says what moved.
  package func html(title: String? = nil) -> String {
    Page(self, title: title).text
  }
}

/// The report's document, section by section.
private struct Page {
  /// How many guests have a figure, and how many of them are seen at once.
  private static let mostFigures = (shown: 3, all: 12)
  /// How many moves' drawings are seen at once, and how many rows of their tables.
  private static let shownScenes = 4
  private static let shownMoves = 30

  private let content: ReportContent
  private let title: String
  private let guests: [Guest]
  private var document = Markup()

  init(_ content: ReportContent, title: String?) {
    self.content = content
    guests = Guest.all(in: content)
    self.title = title ?? Self.title(of: content)
  }

  private static func title(of content: ReportContent) -> String {
    switch content.moves.count {
    case 0: content.streams.isEmpty ? "No stream was seen" : "No stream moved"
    default: Wording.count(content.moves.count, "move") + between(content.moves)
    }
  }

  /// The servers of the moves, if they are few.
  private static func between(_ moves: [Move]) -> String {
    guard moves.count > 1 else { return moves.first.map { ": \($0.route)" } ?? "" }
    var names: [String] = []
    for name in moves.prefix(1000).flatMap({ [$0.fromPoint, $0.toPoint] })
    where !names.contains(name) {
      names.append(name)
    }
    return 2...4 ~= names.count ? " between \(Wording.list(names))" : ""
  }

  var text: String {
    var document = Markup()
    document.write(asIs: "<!DOCTYPE html>\n")
    document.element("html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"]) { html in
      html.element("head", content: head)
      html.element("body") { body in
        body.element("header", content: header)
        body.element("main") { main in
          experiment(&main)
          moves(&main)
          distributions(&main)
          streams(&main)
          trust(&main)
          marks(&main)
        }
        body.element("footer") { footer in
          footer.element(
            "p", ["class": "note"],
            "Made by nemotop. Times are UTC; ms in tables are shown to the microsecond, and the records’ "
              + "exact values stand in the cells’ data. – is not known.")
        }
      }
    }
    return document.text
  }

  private func head(_ head: inout Markup) {
    head.empty("meta", ["charset": "utf-8"])
    head.empty(
      "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
    // Nothing is ever asked for, also where somebody's text would have it so.
    head.empty(
      "meta",
      [
        "http-equiv": "Content-Security-Policy",
        "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
      ])
    head.empty("link", ["rel": "icon", "href": "data:,"])
    head.element("title", "\(title) – nemotop")
    head.element("style") { $0.write(asIs: Stylesheet.text) }
  }

  private func header(_ header: inout Markup) {
    header.element("h1", title)
    if let start = content.start, let end = content.end {
      header.element(
        "p", ["class": "lead"],
        "\(Wording.date(start)), \(Wording.clock(start)) to \(Wording.clock(end)) UTC "
          + "(\(Wording.duration(end - start))), observed at "
          + Wording.list(content.points.prefix(20).map(\.point.name))
          + (content.points.count > 20 ? " and \(content.points.count - 20) more" : "") + ".")
    } else {
      header.element("p", ["class": "lead"], "The sources hold no packet.")
    }
    header.element("dl", ["class": "key"]) { list in
      for (name, value, remark) in keyFigures {
        list.element("div") { item in
          item.element("dt", name)
          item.element("dd") { figure in
            figure.write(value)
            if !remark.isEmpty { figure.element("small", remark) }
          }
        }
      }
    }
  }

  private var keyFigures: [(name: String, value: String, remark: String)] {
    let moves = content.moves
    var figures: [(String, String, String)] = [
      (
        "Streams", Wording.count(content.streams.count),
        guests.count > 1 ? "from \(Wording.count(guests.count)) addresses" : ""
      ),
      ("Moves", Wording.count(moves.count), verdicts),
    ]
    if !moves.isEmpty {
      figures.append(("Away", spread(moves.map(\.gap)), range(moves.map(\.gap))))
      let gaps = moves.compactMap(\.receiverGap)
      figures.append(
        ("Gap at the receiver", gaps.isEmpty ? "not known" : spread(gaps), range(gaps)))
      let lost = moves.compactMap(\.lost)
      let sum = lost.reduce(into: 0) { $0.add(clamping: $1) }
      figures.append(
        (
          "Lost in moves", lost.isEmpty ? "not known" : Wording.count(sum),
          lost.isEmpty
            ? ""
            : "packets"
              + (lost.count == moves.count ? "" : "; known of \(Wording.count(lost.count, "move"))")
        ))
    }
    let blind = Set(content.blindness.map(\.point)).count
    figures.append(
      (
        "Blind", blind == 0 ? "never" : Wording.count(blind, "point"),
        blind == 0 ? "" : Wording.count(content.blindness.count, "time")
      ))
    return figures
  }

  private var verdicts: String {
    Move.Verdict.allCases.compactMap { verdict in
      let count = content.moves.count { $0.verdict == verdict }
      return count > 0 ? "\(Wording.count(count)) \(verdict.rawValue)" : nil
    }.joined(separator: ", ")
  }

  private func spread(_ spans: [Duration]) -> String {
    let median = Distribution.quantile(0.5, of: spans.map(\.milliseconds).sorted())
    return Wording.duration(.nanoseconds(Int64(clamping: median * 1e6)))
  }

  private func range(_ spans: [Duration]) -> String {
    guard spans.count > 1, let least = spans.min(), let most = spans.max() else { return "" }
    return "median; \(Wording.duration(least)) to \(Wording.duration(most))"
  }

  /// A drawing in both widths.
  private func draw(
    _ identifier: String, into document: inout Markup, _ drawing: (String, DrawingWidth) -> Drawing
  ) {
    for width in DrawingWidth.allCases {
      drawing("\(identifier)-\(width.name)", width).write(into: &document, class: width.name)
    }
  }

  private func experiment(_ main: inout Markup) {
    let figures = guests.prefix(Self.mostFigures.all).compactMap { $0.figure(in: content) }
    guard !figures.isEmpty else { return }
    main.element("section") { section in
      section.element("h2", "Where the stream was")
      for (index, figure) in figures.enumerated() {
        if index < Self.mostFigures.shown {
          write(figure, index, into: &section)
        } else {
          section.element("details") { details in
            details.element("summary", figure.title)
            write(figure, index, into: &details)
          }
        }
      }
      if guests.count > figures.count {
        section.element(
          "p", ["class": "note"],
          "Left out here: the throughput of the streams from "
            + "\(Wording.count(guests.count - figures.count, "more address", "more addresses")). "
            + "Those that moved, then those that sent most, are shown.")
      }
    }
  }

  private func write(_ figure: ExperimentFigure, _ index: Int, into section: inout Markup) {
    section.element("figure") { element in
      element.element("h3", figure.title)
      draw("throughput-\(index + 1)", into: &element, figure.drawing)
      element.element("figcaption", figure.caption())
    }
  }

  private func moves(_ main: inout Markup) {
    main.element("section") { section in
      section.element("h2", "Moves")
      guard !content.moves.isEmpty else {
        section.element("p", "No stream moved from one place to another while it was observed.")
        return
      }
      tables(&section)
      if content.moves.count > HTMLTable.mostRows {
        section.element(
          "p", ["class": "note"],
          "Left out of the tables: the moves after the first \(Wording.count(HTMLTable.mostRows)).")
      }
      list(Statements.unknowns(content), into: &section)
    }
    guard !content.scenes.isEmpty else { return }
    main.element("section", content: drawings)
  }

  /// The tables of the moves; those of many are opened one by one.
  private func tables(_ section: inout Markup) {
    let moves = content.moves
    for table in [
      HTMLTable.moves(moves), HTMLTable.parts(moves), HTMLTable.fates(moves),
      HTMLTable.signalling(moves),
    ] {
      if moves.count > Self.shownMoves {
        section.element("details") { details in
          details.element("summary", "\(table.caption): \(Wording.count(moves.count)) moves")
          write(table, of: "any move", into: &details)
        }
      } else {
        write(table, of: "any move", into: &section)
      }
    }
  }

  /// A table without the columns that would be empty, which are named below it.
  private func write(_ table: HTMLTable, of what: String, into section: inout Markup) {
    var table = table
    let unknown = table.dropUnknown()
    if !table.isEmpty { table.write(into: &section) }
    guard !unknown.isEmpty else { return }
    section.element(
      "p", ["class": "note"],
      (table.isEmpty ? "\(table.caption): not known (–)" : "Not known (–)")
        + " of \(what): \(unknown.joined(separator: "; ")).")
  }

  private func drawings(_ section: inout Markup) {
    let drawn = content.scenes.keys.sorted()
    section.element("h2", "Move by move")
    section.element(
      "p", ["class": "note"],
      "Each lane is a place on the stream’s way. Bars: packets passed, in the colour of the server "
        + "that they went through. Strokes and their texts: the last packet "
        + "before and the first after, in time from the last on the old server. Dashed: single packets "
        + "from lane to lane. Diamonds: Binding Update (BU) and Acknowledgement (BA). Crosses: lost "
        + "packets under the lane that saw them last, blocks where they stand close together.")
    for (place, index) in drawn.enumerated() {
      guard let scene = content.scenes[index] else { continue }
      let lanes = SwimLanes(
        number: index + 1, move: content.moves[index], scene: scene,
        colors: colors(of: content.moves[index]))
      if place < Self.shownScenes {
        write(lanes, into: &section)
      } else {
        section.element("details") { details in
          details.element(
            "summary",
            "\(lanes.title), \(Wording.clock(lanes.move.firstAfter, places: 3)), away "
              + Wording.duration(lanes.move.gap))
          write(lanes, into: &details)
        }
      }
    }
    if drawn.count < content.moves.count {
      section.element(
        "p", ["class": "note"],
        "Drawn are the \(Wording.count(drawn.count)) longest of "
          + "\(Wording.count(content.moves.count)) moves; the tables tell of all others.")
    }
  }

  /// The colours that the servers of a move have in the throughput figure.
  private func colors(of move: Move) -> (from: Int, to: Int) {
    let names = content.servers.map { content.points[$0].point.name }
    guard let from = names.firstIndex(of: move.fromPoint),
      let to = names.firstIndex(of: move.toPoint), from % 4 != to % 4
    else { return (0, 1) }
    return (from, to)
  }

  private func write(_ lanes: SwimLanes, into section: inout Markup) {
    section.element("figure") { element in
      element.element("h3") { heading in
        heading.write(
          "Move \(lanes.number): \(lanes.move.route), \(Wording.clock(lanes.move.firstAfter, places: 3)) "
        )
        heading.element("span", ["class": "verdict"], "(\(lanes.move.verdict.rawValue))")
      }
      draw("move-\(lanes.number)", into: &element, lanes.drawing)
      element.element("figcaption", caption(of: lanes))
      element.element("details") { details in
        details.element("summary", "The times of move \(lanes.number)")
        HTMLTable.events(lanes).write(into: &details)
      }
    }
  }

  private func caption(of lanes: SwimLanes) -> String {
    let move = lanes.move
    var text = "Stream \(move.stream). Uncertainty "
    text += move.uncertainty.map { "±" + Wording.duration($0) } ?? "±?"
    text += ", decided by \(Wording.list(move.decidedBy))."
    if let lost = move.lost {
      text += " Lost: \(Wording.count(lost))"
      let fates: [(String, Int?)] = [
        ("seen at no point", move.lostUnseen), ("in the server", move.lostServer),
        ("behind the move", move.lostBehind), ("unbound", move.unbound),
        ("on the path", move.lostPath),
      ]
      let known = fates.compactMap { name, count in
        count.flatMap { $0 > 0 ? "\(Wording.count($0)) \(name)" : nil }
      }
      text += known.isEmpty ? "." : ": \(known.joined(separator: ", "))."
    } else {
      text += " What was lost is not known."
    }
    if move.clockOffset != .zero {
      let isAhead = move.clockOffset > .zero
      text +=
        " The clock of \(move.toPoint) is known to be "
        + Wording.duration(isAhead ? move.clockOffset : .zero - move.clockOffset)
        + " \(isAhead ? "ahead of" : "behind") that of \(move.fromPoint): the time away allows for it, the "
        + "lanes are drawn as each clock says."
    }
    if let shortfall = lanes.shortfall { text += " " + shortfall }
    return text
  }

  private func distributions(_ main: inout Markup) {
    guard content.moves.count > 1 else { return }
    let distributions = Spread.all(of: content.moves)
    let varied = distributions.filter { !$0.isConstant }
    main.element("section") { section in
      section.element("h2", "Distributions over the moves")
      if !varied.isEmpty {
        section.element("figure") { figure in
          draw("distributions", into: &figure) { identifier, width in
            DistributionFigure(distributions: varied).drawing(identifier, width)
          }
          figure.element(
            "figcaption",
            "A dot a move, or bars where they are many; shaded from the lower to the upper quartile, "
              + "the line is the median. Each strip has a scale of its own"
              + (varied.count < distributions.count
                ? "; figures that are the same in all moves are in the table only." : "."))
        }
      }
      HTMLTable.distributions(distributions).write(into: &section)
    }
  }

  /// How many streams have a table, and how many of those are seen at once.
  private static let mostStreams = (shown: 5, all: 40)

  private func streams(_ main: inout Markup) {
    guard !content.streams.isEmpty else { return }
    main.element("section", ["class": "streams"]) { section in
      section.element("h2", "Streams")
      for (index, stream) in content.streams.prefix(Self.mostStreams.all).enumerated() {
        let table = HTMLTable.stream(stream, in: content)
        if index < Self.mostStreams.shown {
          write(table, of: "this stream", into: &section)
        } else {
          section.element("details") { details in
            details.element("summary", table.caption)
            write(table, of: "this stream", into: &details)
          }
        }
      }
      let left = content.streams.count - Self.mostStreams.all
      if left > 0 {
        section.element(
          "p", ["class": "note"],
          "Left out: \(Wording.count(left, "stream")) that moved less and sent less than these.")
      }
    }
  }

  private func trust(_ main: inout Markup) {
    main.element("section") { section in
      section.element("h2", "Clocks")
      list(Statements.clocks(content), into: &section)
      section.element("h2", "Blindness")
      list(Statements.blindness(content), into: &section)
      if !content.points.isEmpty {
        section.element("h2", "Points")
        HTMLTable.points(content).write(into: &section)
      }
    }
  }

  private func marks(_ main: inout Markup) {
    guard !content.markCounts.isEmpty else { return }
    let (table, left) = HTMLTable.marks(content)
    main.element("section") { section in
      section.element("h2", "Marks")
      let counts = Mark.Kind.allCases.compactMap { kind in
        content.markCounts[kind].map { "\(Wording.count($0)) \(kind.rawValue)" }
      }
      section.element("p", "In all: \(counts.joined(separator: ", ")).")
      guard !table.rows.isEmpty else { return }
      section.element("details") { details in
        details.element("summary", "Marks of users, signalling, clocks and blindness")
        table.write(into: &details)
        if left > 0 {
          details.element(
            "p", ["class": "note"], "Left out: \(Wording.count(left, "mark")) after these.")
        }
      }
    }
  }

  private func list(_ lines: [String], into section: inout Markup) {
    guard !lines.isEmpty else { return }
    section.element("ul") { list in
      for line in lines { list.element("li", line) }
    }
  }
}
