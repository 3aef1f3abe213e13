import Foundation
import Moves
import Records
import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct LayoutTests {
  @Test func `every kind of pane stands in a layout, and the demo shows every column of a move`() {
    let layout = Layout.demo
    #expect(Set(Layout.builtIn.flatMap(\.panes).map(\.pane)) == Set(PaneKind.allCases))
    let moves = layout.panes.first { $0.pane == .moves }?.columns
    #expect(moves == MoveColumn.allCases.map(\.rawValue))
  }

  @Test(arguments: BuiltInLayout.all.map(\.name))
  func `a built-in layout is good and called as its file`(name: String) throws {
    let file = try #require(BuiltInLayout.all.first { $0.name == name })
    let layout = try Layout(yaml: file.yaml)
    #expect(layout.name == name)
    #expect(file.summary.count > 20)
    #expect(file.summary.cells <= 70)
    for entry in layout.panes {
      #expect(Set(entry.columns ?? []).isSubset(of: entry.pane.columnNames))
    }
    // What the table is sorted by can be seen.
    if let sort = layout.sort { #expect(layout.streamColumns.contains(sort)) }
  }

  /// The names come from the records themselves, as they are written.
  @Test func `every column is made of what the records have`() throws {
    func names(_ record: Record) throws -> Set<String> {
      let object = try JSONSerialization.jsonObject(with: Data(record.json.utf8))
      return Set(try #require(object as? [String: Any]).keys)
    }
    let history = Story.observed(seconds: 47)
    let interval = try #require(
      history.lazy.flatMap { Record.records(of: $0) }.first {
        if case .interval = $0 { true } else { false }
      })
    let move = try #require(history.lazy.flatMap(\.moves).first)
    let (intervals, moves) = (try names(interval), try names(.move(move)))
    for column in StreamColumn.allCases {
      #expect(!column.recorded.isEmpty && intervals.isSuperset(of: column.recorded), "\(column)")
    }
    for column in MoveColumn.allCases {
      #expect(!column.recorded.isEmpty && moves.isSuperset(of: column.recorded), "\(column)")
    }
  }

  @Test func `every column of the streams stands in a layout`() {
    let shown = Layout.builtIn.flatMap(\.streamColumns)
    #expect(Set(shown) == Set(StreamColumn.allCases))
    #expect(Layout.builtIn.count == BuiltInLayout.all.count)
  }

  @Test func `the file of the demo tells every word that a layout may have`() throws {
    let file = try #require(BuiltInLayout.all.first { $0.name == "demo" })
    let words = file.yaml.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("#") }
      .flatMap { $0.dropFirst().split(separator: " ") }.joined(separator: " ")
    let panes = PaneKind.allCases.map(\.rawValue).joined(separator: ", ")
    #expect(words.contains("pane one of \(panes) share"))
    for kind in PaneKind.allCases where !kind.columnNames.isEmpty {
      #expect(words.contains("of \(kind.rawValue): \(kind.columnNames.joined(separator: ", "))"))
    }
    for role in [Colour.quiet, .heading, .good, .warning, .alarm, .first, .fourth] {
      #expect(words.contains(role.rawValue))
    }
  }

  @Test func `the next layouts follow, and one of one's own is followed by all`() throws {
    let moves = try #require(Layout.builtIn.first { $0.name == "moves" })
    #expect(moves.others.map(\.name) == ["loss", "minimal", "demo", "ntop"])
    let own = try Layout(yaml: "{name: own, panes: [{pane: header, priority: 1}]}")
    #expect(own.others.map(\.name) == ["demo", "ntop", "moves", "loss", "minimal"])
  }

  @Test(arguments: [
    ("", ["1: the file is empty; expected name and panes"]),
    ("3", ["1: 3; expected name and panes"]),
    ("name: x", ["1: panes: missing"]),
    ("name: x\npanes: 3", ["2: panes: 3; expected a list of panes"]),
    ("name: x\npanes: []", ["2: panes: an empty list; expected a list of panes"]),
    ("name:\npanes: [{pane: header, priority: 1}]", ["1: name: nothing; expected a word"]),
    ("name: x\npanes:\n  - pane: header", ["3: panes[1].priority: missing"]),
    (
      "name: x\npanes:\n  - pane: clock\n    priority: 1\n  - header",
      [
        "3: panes[1].pane: clock; expected one of header, streams, lanes, throughput, moves, anatomy, signalling, hosts, talkers, protocols, numbers, gaps, marks, keys",
        "5: panes[2]: header; expected pane and priority",
      ]
    ),
    (
      "name: x\ncolour: red\npanes:\n- {pane: header, priority: 0}\n- {pane: keys, priority: 1, share: x}",
      [
        "2: colour: unknown key; expected one of name, units, total, window, sort, colours, panes",
        "4: panes[1].priority: 0; expected a whole number from 1 to 99",
        "5: panes[2].share: x; expected a whole number from 0 to 99",
      ]
    ),
    (
      "name: x\ncolours: {first: 300, second: bright-pink, third: 7, place: red, plain: 1}\npanes:\n- {pane: keys, priority: 1}",
      [
        "2: colours.place: unknown key; expected one of quiet, heading, good, warning, alarm, first, second, third, fourth",
        "2: colours.plain: unknown key; expected one of quiet, heading, good, warning, alarm, first, second, third, fourth",
        "2: colours.first: 300; expected default, 0 to 255, or one of black, red, green, yellow, blue, magenta, cyan, white, with bright- or without",
        "2: colours.second: bright-pink; expected default, 0 to 255, or one of black, red, green, yellow, blue, magenta, cyan, white, with bright- or without",
      ]
    ),
    (
      "name: x\ncolours: red\npanes: [{pane: keys, priority: 1}]",
      ["2: colours: red; expected roles with a colour each"]
    ),
    (
      "name: x\nunits: nibbles\nwindow: 4000\npanes: [{pane: header, priority: 1}]",
      [
        "2: units: nibbles; expected one of bits, bytes",
        "3: window: 4000; expected a whole number from 1 to 3600",
      ]
    ),
    (
      "name: x\npanes:\n- {pane: lanes, priority: 1, columns: [lost]}\n- {pane: moves, priority: 1, columns: lost}",
      [
        "3: panes[1].columns: lanes is no table; expected no columns",
        "4: panes[2].columns: lost; expected a list of columns",
      ]
    ),
    ("name: x\nname: y\npanes: []", ["1: name: there twice; expected each key once"]),
  ])
  func `everything that is wrong with a layout is told with its line`(
    yaml: String, problems: [String]
  ) {
    #expect(LayoutTests.problems(of: yaml) == problems)
  }

  @Test func `what is no YAML is told with its line`() {
    let problems = LayoutTests.problems(of: "name: x\npanes: [\n")
    #expect(problems.count == 1)
    #expect(problems.first?.hasPrefix("3: ") == true)
    #expect(problems.first?.hasSuffix("expected YAML") == true)
  }

  @Test(arguments: [PaneKind.streams, .moves])
  func `a column that does not exist, or is there twice, is named`(pane: PaneKind) {
    let yaml =
      "name: x\npanes:\n  - pane: \(pane.rawValue)\n    priority: 1\n    columns:\n      - lost\n"
      + "      - speed\n      - lost"
    let known = pane.columnNames.joined(separator: ", ")
    #expect(
      LayoutTests.problems(of: yaml) == [
        "7: panes[1].columns: speed; expected one of \(known)",
        "8: panes[1].columns: lost is there twice; expected each column once",
      ])
  }

  private static func problems(of yaml: String) -> [String] {
    do throws(DashboardError) {
      _ = try Layout(yaml: yaml)
      return []
    } catch {
      switch error {
      case .badLayout(let problems): return problems.map(\.description)
      }
    }
  }

  @Test func `tab goes through the layouts and comes back, with what each asks for`() throws {
    let own = try Layout(
      yaml: """
        name: own
        units: bytes
        total: yes
        window: 15
        sort: stream
        panes: [{pane: streams, priority: 1, columns: [stream, 2s, 10s]}]
        """)
    let back = try Layout(
      yaml: """
        name: back
        units: bits
        total: no
        sort: lost
        panes: [{pane: streams, priority: 1, columns: [stream, 2s, lost]}]
        """)
    var model = DashboardModel(layout: own, others: [back], points: Story.points)
    for observed in Story.observed(seconds: 20) { model.observe(observed) }
    func heading() -> [Substring] {
      model.render(width: 80, height: 24).text[0].split(separator: " ")
    }
    let first = heading()
    #expect(first == ["STREAM▾", "TOTAL"])
    #expect(model.press(.tab) == nil)
    #expect(heading() == ["STREAM", "b/s", "2s", "LOST▾"])
    #expect(model.press(.tab) == nil)
    #expect(heading() == first)
  }

  @Test(arguments: Layout.builtIn.map(\.name), [(40, 10), (80, 24), (120, 40), (200, 60)])
  func `every layout fills every size and names the stream`(name: String, size: (Int, Int)) throws {
    let layout = try #require(Layout.builtIn.first { $0.name == name })
    var model = DashboardModel(layout: layout, points: Story.points)
    for observed in Story.observed(seconds: 45) { model.observe(observed) }
    let text = model.render(width: size.0, height: size.1).text
    #expect(text[0].hasPrefix(" nemotop"))
    #expect(text.contains { $0.contains(name == "moves" ? "MOVED" : "STREAM") })
    #expect(text.contains { $0.contains("xen1") })
    #expect(text.allSatisfy { $0.cells <= size.0 })
  }

  @Test(arguments: [
    (1, [1, 0, 0]), (2, [1, 0, 0]), (3, [1, 0, 2]), (5, [1, 2, 2]), (6, [1, 3, 2]),
    (8, [1, 4, 3]), (11, [1, 6, 4]), (40, [1, 20, 4]),
  ])
  func `rows go to the important, then by shares, as far as they can be filled`(
    height: Int, rows: [Int]
  ) throws {
    let layout = try Layout(
      yaml: """
        name: x
        panes:
          - {pane: header, priority: 1}
          - {pane: lanes, priority: 3, share: 2}
          - {pane: moves, priority: 2, share: 1}
        """)
    let needs = [
      RowNeed(least: 1, most: 1), RowNeed(least: 2, most: 20), RowNeed(least: 2, most: 4),
    ]
    #expect(layout.rows(for: needs, height: height) == rows)
  }

  @Test(arguments: [
    (2, 0, 4, [2, 2]), (2, 0, 5, [2, 2]), (2, 0, 7, [3, 3]), (2, 2, 11, [4, 4, 1, 1]),
    (2, 2, 10, [4, 4, 1]), (2, 2, 9, [4, 4]), (2, 0, 100, [14, 14]), (3, 0, 4, [1, 1, 1]),
    (9, 3, 4, [1, 1, 1, 1]), (0, 0, 5, []),
  ])
  func `lanes share the rows, the deciding points first`(
    deciding: Int, others: Int, room: Int, heights: [Int]
  ) {
    #expect(LanesPane.heights(deciding: deciding, others: others, room: room) == heights)
  }

  @Test func `a layout says the colours of roles`() throws {
    let layout = try Layout(
      yaml: """
        name: own
        colours: {first: 214, second: bright-blue, alarm: default}
        panes:
        - {pane: keys, priority: 1}
        """)
    #expect(layout.colours[.first] == TerminalColour(214))
    #expect(layout.colours[.second] == TerminalColour(12))
    #expect(layout.colours[.alarm] == .some(nil))
    #expect(layout.colours.count == 3)
    let model = DashboardModel(layout: layout, others: [.demo], points: [])
    #expect(model.colours == layout.colours)
  }

  @Test func `columns are dropped whole, the least important first`() {
    let columns = [
      Column(heading: "A", width: 4, priority: 1, isFlexible: true),
      Column(heading: "B", width: 5, priority: 3), Column(heading: "C", width: 3, priority: 2),
    ]
    func places(_ width: Int) -> [ColumnPlaces.Place] {
      ColumnPlaces(columns, from: 1, width: width, gap: 1).places
    }
    #expect(
      places(20) == [
        .init(index: 0, start: 1, width: 9), .init(index: 1, start: 11, width: 5),
        .init(index: 2, start: 17, width: 3),
      ])
    #expect(places(14).map(\.index) == [0, 2])
    #expect(places(8).map(\.index) == [0])
    #expect(places(3).isEmpty)
  }

  @Test(arguments: [
    (60, "2001:db8:42::a:5004 > 2001:db8:cc::1:5004"),
    (41, "2001:db8:42::a:5004 > 2001:db8:cc::1:5004"),
    (37, "2001:…:42::a:5004 > 2001:…:cc::1:5004"), (25, "20…::a:5004 > 20…::1:5004"),
    (24, "2001:db8:42::a:5004"), (16, "2001:…42::a:5004"), (4, ":5004"),
  ])
  func `a stream is shortened in the middles of its addresses`(width: Int, text: String) {
    let view = View(
      history: History(points: []), glyphs: .unicode, clockOffset: .zero, columns: [])
    #expect(view.text(of: Story.stream, width: width) == text)
  }
}

@Suite struct TimeAxisTests {
  private func axis(_ columns: Int, _ seconds: Double, bin: Duration = .seconds(1)) -> TimeAxis {
    TimeAxis(columns: columns, seconds: seconds, bin: bin, end: Story.start)
  }

  @Test(arguments: [Int64.min, .min + 1, -1, 0, .max - 1, .max], [0, 60, 1e300])
  func `no moment is out of its reach`(end: Int64, seconds: Double) {
    for bin in [Duration.nanoseconds(1), .seconds(1), .nanoseconds(Int64.max)] {
      let axis = TimeAxis(
        columns: 80, seconds: seconds, bin: bin, end: Timestamp(nanoseconds: end))
      #expect(axis.sample > 0)
      #expect(axis.seconds > 0)
      #expect(axis.ticks(clockOffset: .seconds(3600)).count <= 80)
      #expect(axis.column(of: axis.start) == 0)
      for other in [Int64.min, 0, .max] {
        #expect((0..<80).contains(axis.column(of: Timestamp(nanoseconds: other)) ?? 0))
      }
    }
  }

  @Test(arguments: [
    (60, 60.0, 1.0, 60.0), (59, 60, 1, 59), (60, 600, 1, 600), (60, 15, 1, 15), (50, 60, 0.1, 60),
    (60, 3600, 1, 3600), (10, 60, 1, 60),
  ])
  func `a sample is whole bins, or a whole part of one`(
    columns: Int, seconds: Double, bin: Double, shown: Double
  ) {
    let axis = axis(columns, seconds, bin: .milliseconds(Int(bin * 1000)))
    #expect(abs(axis.seconds - shown) < 1e-6)
  }

  @Test func `a moment stands in its column`() {
    let axis = axis(60, 60)
    #expect(axis.column(of: Story.start) == 59)
    #expect(axis.column(of: Story.start - .milliseconds(1)) == 59)
    #expect(axis.column(of: Story.start - .seconds(1)) == 59)
    #expect(axis.column(of: Story.start - .milliseconds(1001)) == 58)
    #expect(axis.column(of: Story.start - .seconds(60)) == 0)
    #expect(axis.column(of: Story.start - .milliseconds(60_001)) == nil)
    #expect(axis.column(of: Story.start + .seconds(5)) == nil)
  }

  @Test func `a plot keeps its shape while time goes on`() {
    var series = Series()
    for second in 0..<600 {
      series.add(
        second % 7 * 100, to: Story.start.nanoseconds / 1_000_000_000 + Int64(second) - 600,
        keeping: 3600)
    }
    let now = TimeAxis(columns: 40, seconds: 300, bin: .seconds(1), end: Story.start - .seconds(8))
    let later = TimeAxis(columns: 40, seconds: 300, bin: .seconds(1), end: Story.start)
    let sample = later.sample / 1_000_000_000
    #expect(sample == 4)
    #expect(later.samples(of: series).dropLast(2).suffix(70) == now.samples(of: series).suffix(70))
  }

  @Test func `ticks are whole steps of the clock, clear of one another`() {
    let ticks = axis(60, 60).ticks(clockOffset: .seconds(3600))
    #expect(
      ticks.map { Figures.clock($0.time) } == ["12:03:30", "12:03:45", "12:04:00", "12:04:15"])
    #expect(ticks.map(\.column) == [10, 25, 40, 55])
  }
}

@Suite struct FiguresTests {
  @Test(arguments: [
    (0.0, "0"), (7, "7"), (999.4, "999"), (999.6, "1.00k"), (4_010_000, "4.01M"), (39_800, "39.8k"),
    (398_000, "398k"), (9_996, "10.0k"), (1e15, "1.00P"), (1e21, "1000000P"), (-1500, "-1.50k"),
  ])
  func `figures have three digits`(figure: Double, text: String) {
    #expect(Figures.short(figure) == text)
  }

  @Test(arguments: [
    (0, "0.00 ms"), (420, "0.42 ms"), (9_999, "10 ms"), (352_000, "352 ms"), (9_999_400, "9999 ms"),
    (12_345_000, "12.3 s"), (185_000_000, "3m05s"), (-5_000, "-5.00 ms"), (-350_000, "-350 ms"),
  ])
  func `durations are in the unit that reads best`(microseconds: Int, text: String) {
    #expect(Figures.duration(.microseconds(microseconds)) == text)
  }

  @Test func `rates carry their unit`() {
    #expect(Figures.rate(bytesPerSecond: 501_250, inBytes: false) == "4.01 Mb/s")
    #expect(Figures.rate(bytesPerSecond: 501_250, inBytes: true) == "501 kB/s")
    #expect(Figures.rate(bytesPerSecond: 0, inBytes: false) == "0 b/s")
  }

  @Test func `the clock is that of the day`() {
    let time = Timestamp(nanoseconds: 1_700_000_000_007_900_000)
    #expect(Figures.clock(time) == "22:13:20")
    #expect(Figures.clock(time, offset: .seconds(7200), withMilliseconds: true) == "00:13:20.007")
    #expect(Figures.clock(Timestamp(nanoseconds: -1)) == "23:59:59")
  }
}
