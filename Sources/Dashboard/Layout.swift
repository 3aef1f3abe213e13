import Yams

/// Which panes a screen has, in which order, and what they show: data, read from YAML.
package struct Layout: Sendable, Decodable {
  /// One pane of it.
  package struct Entry: Sendable, Decodable {
    var pane: PaneKind
    /// Its part of the rows that are left when every pane has the least it needs.
    var share: Int?
    /// 1 stays longest when the rows do not suffice for all.
    var priority: Int
    var columns: [String]?
  }

  package var name: String
  var panes: [Entry]

  /// Reads a layout.
  ///
  /// - Throws: `DashboardError.badLayout` with what is wrong with it.
  package init(yaml: String) throws(DashboardError) {
    do {
      self = try YAMLDecoder().decode(Layout.self, from: yaml)
    } catch {
      throw .badLayout(String(describing: error))
    }
  }

  /// The layout that the demo shows, from `Dashboards/terminal/demo.yaml`.
  package static func demo() throws(DashboardError) -> Layout {
    try Layout(yaml: String(decoding: PackageResources.demo_yaml, as: UTF8.self))
  }
}

/// The panes that there are.
enum PaneKind: String, Sendable, Decodable, CaseIterable {
  case header, streams, lanes, moves, marks, keys
}

/// Why there is nothing to show. The commands word it.
package enum DashboardError: Error, Equatable, Sendable {
  case badLayout(String)
}

/// Rows that a pane needs to be of use, and rows that it could fill.
struct RowNeed: Equatable {
  var least: Int
  var most: Int
}

extension Layout {
  /// The columns that the layout asks for in the panes of a kind.
  ///
  /// - Throws: `DashboardError.badLayout` where one does not exist.
  func columns<Column: RawRepresentable<String>>(
    of kind: PaneKind
  ) throws(DashboardError) -> [Column] {
    var columns: [Column] = []
    for name in panes.filter({ $0.pane == kind }).flatMap({ $0.columns ?? [] }) {
      guard let column = Column(rawValue: name) else {
        throw .badLayout("no column of \(kind.rawValue) is called \(name)")
      }
      columns.append(column)
    }
    return columns
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
