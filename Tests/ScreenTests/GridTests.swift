import Screen
import Testing

@Suite struct GridTests {
  @Test func `text is clipped at the edges`() {
    var grid = Grid(width: 5, height: 2)
    grid.write("abcdefg", column: 2, row: 0)
    grid.write("abc", column: -1, row: 1)
    grid.write("below", column: 0, row: 2)
    grid.write("above", column: 0, row: -1)
    #expect(grid.text == ["  abc", "bc"])
  }

  @Test func `a limit ends the text before the row does`() {
    var grid = Grid(width: 8, height: 1)
    #expect(grid.write("abcdef", column: 1, row: 0, limit: 3) == 4)
    #expect(grid.text == [" abc"])
  }

  @Test func `text that ends before a column stands to its left`() {
    var grid = Grid(width: 6, height: 1)
    grid.write("漢1", endingBefore: 6, row: 0)
    #expect(grid.text == ["   漢1"])
  }

  @Test func `a wide character that would be cut in half is left out`() {
    var grid = Grid(width: 4, height: 1)
    #expect(grid.write("a漢字", column: 0, row: 0) == 3)
    #expect(grid.text == ["a漢"])
    #expect(grid[2, 0].character == nil)
  }

  @Test func `writing over half a wide character removes the other half`() {
    var grid = Grid(width: 4, height: 1)
    grid.write("a漢", column: 0, row: 0)
    var right = grid
    right.write("x", column: 2, row: 0)
    #expect(right.text == ["a x"])
    grid.write("x", column: 1, row: 0)
    #expect(grid.text == ["ax"])
    #expect(grid[2, 0].character == " ")
  }

  @Test(arguments: ["\u{1B}", "\n", "\t", "\u{7F}", "\u{9B}", "\u{2028}"])
  func `what a terminal would obey is not drawn`(control: String) {
    var grid = Grid(width: 3, height: 1)
    grid.write("a" + control + "b", column: 0, row: 0)
    #expect(grid.text == ["a?b"])
  }

  @Test func `marks without a width of their own stay with their letter`() {
    var grid = Grid(width: 3, height: 1)
    #expect(grid.write("e\u{301}x\u{202E}", column: 0, row: 0) == 2)
    #expect(grid.text == ["e\u{301}x"])
  }

  @Test func `runs end where the style changes and after a wide character`() {
    var grid = Grid(width: 6, height: 1)
    grid.write("ab", column: 0, row: 0, style: .bold)
    grid.write("漢cd", column: 2, row: 0)
    let runs = grid.runs(ofRow: 0)
    #expect(runs.map(\.text) == ["ab", "漢", "cd"])
    #expect(runs.map(\.column) == [0, 2, 4])
    #expect(runs.map(\.style) == [.bold, .plain, .plain])
  }

  @Test func `a grid laid over another is clipped, and styles count as changes`() {
    var grid = Grid(width: 3, height: 2)
    var part = Grid(width: 3, height: 2)
    part.write("xyz", column: 0, row: 0, style: .bold)
    grid.place(part, column: 1, row: 1)
    #expect(grid.text == ["", " xy"])
    var other = grid
    #expect(grid.hasSameRow(1, as: other))
    other.restyle(row: 1) { $0.isReversed = true }
    #expect(grid.hasSameRow(0, as: other))
    #expect(!grid.hasSameRow(1, as: other))
    #expect(!grid.hasSameRow(0, as: Grid(width: 4, height: 2)))
  }

  @Test(arguments: [(-1, 5), (0, 0), (3, -2)])
  func `a grid without room takes everything and shows nothing`(width: Int, height: Int) {
    var grid = Grid(width: width, height: height)
    grid.write("text", column: 0, row: 0)
    grid.restyle(row: 0) { $0.isBold = true }
    #expect(grid.text.joined() == "")
  }
}
