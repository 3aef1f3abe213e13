import Screen

/// A part of the screen, over its whole width. To draw it changes nothing.
protocol Pane {
  /// Rows that it needs and could fill.
  func rows(_ view: View, width: Int) -> RowNeed
  /// Draws on a grid that has just the pane's size.
  func draw(_ view: View, on grid: inout Grid)
}

extension PaneKind {
  /// The pane, with the columns that the layout asks for.
  func made(columns: [String]?) -> any Pane {
    switch self {
    case .header: HeaderPane()
    case .streams: StreamsPane()
    case .lanes: LanesPane()
    case .moves: MovesPane(columns: columns?.compactMap(MoveColumn.init) ?? MoveColumn.allCases)
    case .anatomy: AnatomyPane()
    case .hosts: HostsPane(columns: columns?.compactMap(HostColumn.init) ?? HostColumn.allCases)
    case .talkers:
      TalkersPane(columns: columns?.compactMap(TalkerColumn.init) ?? TalkerColumn.allCases)
    case .throughput: ThroughputPane()
    case .signalling:
      SignallingPane(
        columns: columns?.compactMap(SignallingColumn.init) ?? SignallingColumn.allCases)
    case .gaps: GapsPane()
    case .protocols: ProtocolsPane()
    case .numbers: NumbersPane()
    case .marks: MarksPane()
    case .keys: KeysPane()
    }
  }
}
