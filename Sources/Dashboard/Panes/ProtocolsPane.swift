import Screen
import Streams
import Wire

/// The shares of the protocols in what the points that decide saw.
struct ProtocolsPane: Pane {
  private enum Kind: CaseIterable {
    case name, packets, bytes, share, bar

    var column: Column {
      switch self {
      case .name: Column(heading: "PROTOCOL", width: 11, priority: 1, isRightAligned: false)
      case .packets: Column(heading: "PACKETS", width: 8, priority: 2)
      case .bytes: Column(heading: "BYTES", width: 6, priority: 3)
      case .share: Column(heading: "SHARE", width: 6, priority: 4)
      case .bar:
        Column(heading: "", width: 1, priority: 5, isRightAligned: false, isFlexible: true)
      }
    }
  }

  func rows(_ view: View, width: Int) -> RowNeed {
    RowNeed(least: 2, most: 1 + max(view.history.protocols.count, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let seen = view.history.protocols.sorted {
      ($0.value.bytes, $1.key.rawValue) > ($1.value.bytes, $0.key.rawValue)
    }
    let total = seen.reduce(0.0) { $0 + Double($1.value.bytes) }
    let kinds = Kind.allCases
    grid.draw(seen, in: kinds.map(\.column), orNote: view.glyphs.dash) { entry, index, width in
      let share = total > 0 ? Double(entry.value.bytes) / total : 0
      return switch kinds[index] {
      case .name: ("\(entry.key)", .plain)
      case .packets: (Figures.count(entry.value.packets), .plain)
      case .bytes: (Figures.short(Double(entry.value.bytes)), .plain)
      case .share: (Quantity.decimal(share * 100, places: 1) + "%", .bold)
      case .bar:
        (
          String(repeating: view.glyphs.bar, count: Int((share * Double(width)).rounded())),
          Style(.first)
        )
      }
    }
  }
}
