import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct LayoutTests {
  @Test func `the built-in layout shows every kind of pane and knows its columns`() throws {
    let layout = try Layout.demo()
    #expect(layout.name == "demo")
    #expect(Set(layout.panes.map(\.pane)) == Set(PaneKind.allCases))
    let moves = layout.panes.first { $0.pane == .moves }?.columns
    #expect(moves == MoveColumn.allCases.map(\.rawValue))
    #expect(throws: Never.self) { try DashboardModel(layout: layout, points: []) }
  }

  @Test(arguments: [
    "", "name: x", "name: x\npanes: 3", "name: x\npanes:\n  - pane: clock\n    priority: 1",
    "name: x\npanes:\n  - pane: header", "name: [",
  ])
  func `a layout that makes no sense is refused`(yaml: String) {
    #expect(throws: DashboardError.self) { try Layout(yaml: yaml) }
  }

  @Test(arguments: ["streams", "moves"])
  func `a column that does not exist is named`(pane: String) throws {
    let layout = try Layout(
      yaml: "name: x\npanes:\n  - {pane: \(pane), priority: 1, columns: [lost, speed]}")
    #expect(throws: DashboardError.badLayout("no column of \(pane) is called speed")) {
      try DashboardModel(layout: layout, points: [])
    }
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
