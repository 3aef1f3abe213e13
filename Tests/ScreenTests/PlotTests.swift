import Screen
import Testing

@Suite struct PlotTests {
  @Test(arguments: [
    ([0.0, 0], " "), ([4.0, 4], "⣿"), ([4.0, 0], "⡇"), ([0.0, 4], "⢸"), ([1.0, 2], "⣠"),
    ([3.0, 1], "⣆"), ([9.0, 9], "⣿"), ([0.01, 0], "⡀"), ([2.0], "⡄"), ([], " "),
  ])
  func `a cell holds two samples of four dots`(samples: [Double], cell: String) {
    #expect(Plot.braille(samples, ceiling: 4, width: 1, height: 1) == [cell])
  }

  @Test func `a plot is filled from its floor over all its rows`() {
    #expect(
      Plot.braille([8, 8, 6, 4, 2, 0], ceiling: 8, width: 3, height: 2) == [
        "⣿⡄ ",
        "⣿⣿⡄",
      ])
  }

  @Test func `silence leaves a plot empty`() {
    let samples = [5.0, 5, 0, 0, 0, 0, 5, 5]
    #expect(
      Plot.braille(samples, ceiling: 5, width: 4, height: 2) == ["⣿  ⣿", "⣿  ⣿"])
    #expect(Plot.ascii(samples, ceiling: 5, width: 4, height: 2) == ["#  #", "#  #"])
  }

  @Test func `a plot in ASCII shows quarters and the larger sample of a cell`() {
    #expect(
      Plot.ascii([8, 0, 7, 7, 5, 0, 1, 2, 0, 0], ceiling: 8, width: 5, height: 2) == [
        "#|.  ",
        "###: ",
      ])
  }

  @Test func `no ceiling and no room are no traps`() {
    #expect(Plot.braille([1, 2], ceiling: 0, width: 1, height: 1) == [" "])
    #expect(Plot.braille([1, 2], ceiling: 1, width: 1, height: 0) == [])
    #expect(Plot.ascii([.infinity, .nan], ceiling: 1, width: 1, height: 1) == ["#"])
    #expect(Plot.sparkline([], ceiling: 1, isASCII: false) == "")
  }

  @Test func `a sparkline has a bar a sample`() {
    #expect(Plot.sparkline([0, 1, 4, 8], ceiling: 8, isASCII: false) == " ▁▄█")
    #expect(Plot.sparkline([0, 1, 4, 8], ceiling: 8, isASCII: true) == " .:#")
  }

  @Test(arguments: [
    (0.0, 1.0), (-3, 1), (.nan, 1), (1, 1), (1.2, 1.5), (3.9e6, 4e6), (9, 10), (81, 100),
    (0.03, 0.03), (0.034, 0.04),
  ])
  func `the ceiling is the next figure that is easy to read`(figure: Double, ceiling: Double) {
    #expect(abs(Plot.ceiling(over: figure) - ceiling) < ceiling * 1e-9)
  }
}
