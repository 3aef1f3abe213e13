/// One thing that is wrong with a layout, and where.
package struct LayoutProblem: Equatable, Sendable, CustomStringConvertible {
  /// Counted from 1.
  package var line: Int
  /// The way to what is wrong, as `panes[2].columns`; empty for the file as a whole.
  package var key: String
  /// What is there, and what was expected.
  package var text: String

  /// `12: panes[2].columns: speed is unknown; expected one of …`
  package var description: String {
    ([String(line)] + [key].filter { !$0.isEmpty } + [text]).joined(separator: ": ")
  }
}

/// Why there is nothing to show. The commands word it.
package enum DashboardError: Error, Equatable, Sendable {
  /// The layout is no good, for these reasons, of which there is at least one, by their lines.
  case badLayout([LayoutProblem])
}
