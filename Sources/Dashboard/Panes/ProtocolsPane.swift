import Screen
import Streams
import Wire

/// The shares of the protocols in what the points that decide saw.
struct ProtocolsPane: Pane {
  func rows(_ view: View, width: Int) -> RowNeed {
    RowNeed(least: 2, most: 1 + max(view.history.protocols.count, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let seen = view.history.protocols.sorted {
      ($0.value.bytes, $1.key.rawValue) > ($1.value.bytes, $0.key.rawValue)
    }
    let total = seen.reduce(0.0) { $0 + Double($1.value.bytes) }
    grid.write("PROTOCOL", column: 1, row: 0, style: .heading)
    grid.write("PACKETS", endingBefore: 22, row: 0, style: .heading)
    grid.write("BYTES", endingBefore: 30, row: 0, style: .heading)
    grid.write("SHARE", endingBefore: 38, row: 0, style: .heading)
    if seen.isEmpty { grid.write(view.glyphs.dash, column: 1, row: 1, style: .quiet) }
    for (index, entry) in seen.prefix(grid.height - 1).enumerated() {
      let share = total > 0 ? Double(entry.value.bytes) / total : 0
      grid.write("\(entry.key)", column: 1, row: index + 1)
      grid.write(Figures.count(entry.value.packets), endingBefore: 22, row: index + 1)
      grid.write(Figures.short(Double(entry.value.bytes)), endingBefore: 30, row: index + 1)
      grid.write(
        Quantity.decimal(share * 100, places: 1) + "%", endingBefore: 38, row: index + 1,
        style: .bold)
      let room = grid.width - 41
      guard room > 0 else { continue }
      grid.write(
        String(repeating: view.glyphs.bar, count: Int((share * Double(room)).rounded())),
        column: 40, row: index + 1, style: Style(.first))
    }
  }
}
