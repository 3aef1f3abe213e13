import Dashboard
import Moves
import Screen
import Streams
import Testing

/// Holds a grid against the picture that it should show; a failure tells each row that differs.
func expect(
  _ grid: Grid, shows picture: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let wanted = picture.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  let shown = grid.text
  let rows = (0..<max(wanted.count, shown.count)).compactMap { row -> String? in
    let expected = row < wanted.count ? wanted[row] : "no row"
    let drawn = row < shown.count ? shown[row] : "no row"
    return expected == drawn ? nil : "row \(row) should be\n|\(expected)|\nand is\n|\(drawn)|"
  }
  let difference = Comment(rawValue: rows.joined(separator: "\n"))
  #expect(rows.isEmpty, difference, sourceLocation: sourceLocation)
}

/// A dashboard that has been told the story up to a second.
func dashboard(
  after seconds: Int, points: [Point] = Story.points, glyphs: Glyphs = .unicode
) throws -> DashboardModel {
  var model = DashboardModel(layout: .demo, points: points, glyphs: glyphs)
  for observed in Story.observed(seconds: seconds) { model.observe(observed) }
  return model
}
