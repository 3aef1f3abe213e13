import Dashboard
import Moves
import Screen
import Testing
import Wire

@Suite struct StyleTests {
  /// The style of the first cell of a text in a row.
  private func style(_ grid: Grid, of text: String, row: Int) throws -> Style {
    let line = (0..<grid.width).map { grid[$0, row].character.map(String.init) ?? "" }
    let start = try #require(
      line.indices.first { line[$0...].joined().hasPrefix(text) }, "\(text) in row \(row)")
    return grid[start, row].style
  }

  @Test func `a place has the same colour wherever it is named`() throws {
    var model = try dashboard(after: 47)
    let grid = model.render(width: 80, height: 24)
    #expect(try style(grid, of: "xen1", row: 2).colour == .first)
    #expect(try style(grid, of: "xen1", row: 4).colour == .first)
    #expect(try style(grid, of: "⣿", row: 4).colour == .first)
    #expect(try style(grid, of: "xen2", row: 8).colour == .second)
    #expect(try style(grid, of: "xen2", row: 17).colour == .second)
    #expect(try style(grid, of: "xen1", row: 17).colour == .first)
  }

  @Test func `what went wrong stands out without colours, too`() throws {
    var model = try dashboard(after: 47)
    model.observe(Observed(upTo: Story.start + .seconds(51)))
    let grid = model.render(width: 80, height: 24)
    #expect(try style(grid, of: "away", row: 2).isReversed)
    #expect(try style(grid, of: "16", row: 2) == Style(.warning, isBold: true))
  }
}
