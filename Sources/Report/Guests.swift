import Moves
import Records
import Streams
import Wire

/// The streams of one source address, which move together: a guest's.
struct Guest: Sendable {
  let address: IPAddress
  /// By their places in the report's list.
  let streams: [Int]
  let moves: [(number: Int, move: Move)]

  /// The guests of a report: those that moved come first, then those that sent most.
  static func all(in content: ReportContent) -> [Guest] {
    var moves: [IPAddress: [(Int, Move)]] = [:]
    for (index, move) in content.moves.enumerated() {
      moves[move.stream.source, default: []].append((index + 1, move))
    }
    var order: [IPAddress] = []
    var streams: [IPAddress: [Int]] = [:]
    // The streams are in this very order already.
    for (index, stream) in content.streams.enumerated() {
      let source = stream.key.source
      if streams[source] == nil { order.append(source) }
      streams[source, default: []].append(index)
    }
    return order.map { Guest(address: $0, streams: streams[$0] ?? [], moves: moves[$0] ?? []) }
  }

  /// Its figure; nil where no point has anything to show.
  func figure(in content: ReportContent) -> ExperimentFigure? {
    guard let start = content.start, let end = content.end else { return nil }
    let rows = rows(in: content)
    guard !rows.isEmpty else { return nil }
    let marked = moves.compactMap { number, move in
      place(of: move, in: rows, content).map { (number, move, $0.from, $0.to) }
    }
    return ExperimentFigure(
      title: "Throughput of the streams from \(address)", rows: rows, moves: marked,
      userMarks: content.marks.filter { $0.kind == .user && $0.time >= start && $0.time <= end },
      start: start, end: end, interval: content.interval)
  }

  /// The rows between which a move goes.
  private func place(
    of move: Move, in rows: [ExperimentFigure.Row], _ content: ReportContent
  ) -> (from: Int, to: Int)? {
    if move.fromPoint == move.toPoint {
      let from = rows.firstIndex { $0.name.hasSuffix("\(move.fromLeg)") }
      let to = rows.firstIndex { $0.name.hasSuffix("\(move.toLeg)") }
      return from.flatMap { from in to.map { (from, $0) } }
    }
    func row(_ name: String) -> Int? {
      rows.firstIndex { content.points[$0.point].point.name == name }
    }
    return row(move.fromPoint).flatMap { from in row(move.toPoint).map { (from, $0) } }
  }

  /// The most rows of a figure.
  private static let mostRows = 12

  private func rows(in content: ReportContent) -> [ExperimentFigure.Row] {
    let isOfLegs = !moves.isEmpty && moves.allSatisfy { $0.move.fromPoint == $0.move.toPoint }
    let passings = streams.flatMap { content.streams[$0].passings }
    func points(_ role: Point.Role) -> [Int] {
      content.points.indices.filter { index in
        content.points[index].point.role == role && passings.contains { $0.point == index }
      }
    }
    let servers = [points(.external), points(.access)].first { !$0.isEmpty } ?? []
    let colors = content.servers
    var rows: [ExperimentFigure.Row] = []
    if isOfLegs, servers.isEmpty, let point = content.point(named: moves[0].move.fromPoint) {
      var legs = passings.filter { $0.point == point && $0.leg.depth > 0 }.map(\.leg)
      legs = Set(legs).sorted()
      for (color, leg) in legs.prefix(Self.mostRows).enumerated() {
        rows.append(
          row(
            "\(content.points[point].point.name) \(leg)", point, color: color,
            passings.filter { $0.point == point && $0.leg == leg }, content))
      }
    } else {
      // One that never had the stream is as telling, as long as there are only a few.
      let shown =
        servers == points(.external) && colors.count <= 4 && !servers.isEmpty ? colors : servers
      for point in shown.prefix(Self.mostRows - 1) {
        rows.append(
          row(
            content.points[point].point.name, point, color: colors.firstIndex(of: point) ?? 0,
            passings.filter { $0.point == point }, content))
      }
    }
    let behind = [points(.receiver), points(.anchor), points(.source)].first { !$0.isEmpty } ?? []
    for point in behind.prefix(2) where !rows.contains(where: { $0.point == point }) {
      rows.append(
        row(
          content.points[point].point.name, point, color: nil,
          passings.filter { $0.point == point }, content))
    }
    return rows
  }

  private func row(
    _ name: String, _ point: Int, color: Int?, _ passings: [ReportContent.Passing],
    _ content: ReportContent
  ) -> ExperimentFigure.Row {
    // Two depths at one point are one passage in two forms: that nearest the receiver is counted.
    let depths = Set(passings.map(\.leg.depth))
    let depth = content.points[point].point.role == .anchor ? depths.min() : depths.max()
    let counted = passings.filter { $0.leg.depth == depth }
    return ExperimentFigure.Row(
      name: name, point: point, color: color, traffic: counted.map(\.traffic),
      stays: color == nil ? [] : Self.union(of: counted.flatMap(\.knownStays)),
      blindness: content.blindness.filter { $0.point == point })
  }

  /// Stays of several streams as the times in which any of them was there.
  static func union(of stays: [ClosedRange<Timestamp>]) -> [ClosedRange<Timestamp>] {
    var union: [ClosedRange<Timestamp>] = []
    for stay in stays.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = union.last, stay.lowerBound <= last.upperBound {
        union[union.count - 1] = last.lowerBound...max(last.upperBound, stay.upperBound)
      } else {
        union.append(stay)
      }
    }
    return union
  }
}

extension ReportContent.Passing {
  /// The stays, one that had not ended up to the last packet that was seen.
  var knownStays: [ClosedRange<Timestamp>] {
    if stays.isEmpty { return [first...max(first, last)] }
    return stays.map { $0.start...max($0.start, $0.end ?? last) }
  }
}
