import Screen

/// Which panes a screen has, in which order, and what they show: data, read from YAML.
package struct Layout: Sendable {
  /// One pane of it.
  struct Entry: Sendable {
    var pane: PaneKind
    /// Its part of the rows that are left when every pane has the least it needs.
    var share: Int?
    /// 1 stays longest when the rows do not suffice for all.
    var priority: Int
    /// Names of columns that the pane knows; nil for all of them.
    var columns: [String]?
  }

  package var name: String
  var panes: [Entry]
  /// Whether rates are in bytes; nil to leave it as it is.
  var inBytes: Bool?
  /// Whether totals stand in the place of rates; nil to leave it as it is.
  var isCumulative: Bool?
  /// Colours in the place of the program's own; nil is the terminal's.
  var colours: [Colour: TerminalColour?] = [:]
  /// Seconds that the lanes show; nil to leave it as it is.
  var window: Double?
  /// What the table is sorted by; nil to leave it as it is.
  var sort: StreamColumn?
}

/// The panes that there are.
enum PaneKind: String, Sendable, CaseIterable {
  case header, streams, lanes, throughput, moves, anatomy, signalling, hosts, talkers, protocols
  case numbers, gaps, marks, keys

  /// The names of the columns that it can show; none where it is no table.
  var columnNames: [String] {
    switch self {
    case .streams: StreamColumn.allCases.map(\.rawValue)
    case .moves: MoveColumn.allCases.map(\.rawValue)
    case .hosts: HostColumn.allCases.map(\.rawValue)
    case .talkers: TalkerColumn.allCases.map(\.rawValue)
    case .signalling: SignallingColumn.allCases.map(\.rawValue)
    case .header, .lanes, .throughput, .anatomy, .protocols, .numbers, .gaps, .marks, .keys: []
    }
  }
}

/// Rows that a pane needs to be of use, and rows that it could fill.
struct RowNeed: Equatable {
  var least: Int
  var most: Int
}

extension Layout {
  /// The columns that the layout asks for in its table of streams.
  var streamColumns: [StreamColumn] {
    guard let entry = panes.first(where: { $0.pane == .streams }) else { return [] }
    return entry.columns?.compactMap(StreamColumn.init) ?? StreamColumn.allCases
  }

  /// The rows of each pane. Panes that do not fit get none, the least important first; what is left
  /// over goes to the others by their shares, as far as they can fill it.
  func rows(for needs: [RowNeed], height: Int) -> [Int] {
    var rows = needs.map { _ in 0 }
    var rest = height
    for index in panes.indices.sorted(by: { panes[$0].priority < panes[$1].priority })
    where needs[index].least <= rest {
      rows[index] = needs[index].least
      rest -= rows[index]
    }
    while rest > 0 {
      let open = panes.indices.filter {
        rows[$0] > 0 && rows[$0] < needs[$0].most && panes[$0].share ?? 0 > 0
      }
      let next = open.min { left, right in
        fullness(left, rows, needs) < fullness(right, rows, needs)
      }
      guard let next else { break }
      rows[next] += 1
      rest -= 1
    }
    return rows
  }

  private func fullness(_ index: Int, _ rows: [Int], _ needs: [RowNeed]) -> Double {
    Double(rows[index] - needs[index].least + 1) / Double(panes[index].share ?? 1)
  }
}
