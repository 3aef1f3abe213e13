import Moves
import Records
import Streams
import Wire

/// What a reader has to know to trust the figures: whose clocks they are by, when a capture was blind, and
/// why something is not known.
enum Statements {
  static func clocks(_ content: ReportContent) -> [String] {
    guard content.points.count > 1 else {
      return content.points.isEmpty ? [] : ["All times are by the clock of one point."]
    }
    var lines: [String] = []
    let clocks = Dictionary(grouping: content.points.filter { $0.bootIdentifier != nil }) {
      $0.bootIdentifier ?? ""
    }
    let known = clocks.values.map { $0.map(\.point.name) }.sorted { $0.joined() < $1.joined() }
    for names in known {
      if names.count == content.points.count {
        lines.append("All points were dated by the clock of one host: their times compare.")
      } else if names.count > 1 {
        lines.append("\(Wording.list(names)) were dated by the clock of one host.")
      }
    }
    let alone = known.filter { $0.count == 1 }.joined()
    if alone.count > 1 || alone.count == 1 && alone.count < content.points.count {
      lines.append(
        "\(Wording.list(Array(alone))) had \(alone.count == 1 ? "a clock of its own" : "clocks of their own")."
      )
    }
    let unknown = content.points.filter { $0.bootIdentifier == nil }.map(\.point.name)
    if !unknown.isEmpty {
      lines.append(
        "Whose clock dated the packets of \(Wording.list(unknown)) is not known: the sources do not say."
      )
    }
    if known.count + unknown.count > 1 {
      lines.append(
        "Times across clocks are as the clocks say, and right within the uncertainty that is given "
          + "with each move; ±? is an uncertainty that is not known. The order within a move comes "
          + "from the numbers, not from the clocks.")
    }
    let uncertain = content.moves.filter { $0.uncertainty == nil }.count
    if uncertain > 0 {
      lines.append(
        uncertain == content.moves.count
          ? "The uncertainty of the moves’ parts is not known (±?)."
          : "The uncertainty is not known (±?) of \(Wording.count(uncertain, "move")).")
    }
    if let count = content.markCounts[.clock] {
      lines.append(
        "\(Wording.count(count, "clock mark")) tell what was found out about the clocks.")
    }
    return lines
  }

  static func blindness(_ content: ReportContent) -> [String] {
    var lines: [String] = []
    if content.blindness.isEmpty {
      lines.append(
        "No point was blind: no capture dropped packets, was cut too short or went away.")
    }
    for spell in content.blindness.prefix(40) {
      var text =
        "\(content.points[spell.point].point.name) was blind from \(Wording.clock(spell.start, places: 3)) "
        + "to \(Wording.clock(spell.end, places: 3))"
      if spell.captureDrops > 0 {
        text += "; the capture dropped \(Wording.count(spell.captureDrops, "packet"))"
      }
      if spell.truncated > 0 {
        text += "; \(Wording.count(spell.truncated, "frame")) cut too short to tell whose they were"
      }
      lines.append(text + ".")
    }
    if content.blindness.count > 40 {
      lines.append("\(Wording.count(content.blindness.count - 40)) more such times are not listed.")
    }
    if !content.blindness.isEmpty {
      lines.append(
        "Numbers missing there may be the capture’s own loss; a move that they touch has the verdict "
          + "blind.")
    }
    for (index, totals) in content.totals.enumerated() where totals.opaque > 0 {
      lines.append(
        "\(content.points[index].point.name) saw \(Wording.count(totals.opaque, "packet")) of ESP, "
          + "which may hide streams.")
    }
    return lines
  }

  /// Why figures of the moves are not known, as far as the points that there are tell it.
  static func unknowns(_ content: ReportContent) -> [String] {
    let moves = content.moves
    var lines: [String] = []
    func add(_ figures: [KeyPath<Move, Int?>], _ reason: String) {
      if figures.contains(where: { path in moves.contains { $0[keyPath: path] == nil } }) {
        lines.append(reason)
      }
    }
    let hasDelivery = content.has(.receiver, .anchor)
    if moves.contains(where: { $0.lastNumber == nil || $0.firstNumber == nil }) {
      lines.append(
        "Where no numbers are given, the stream had none that are known, or they could not be followed "
          + "over the move: then nothing tells what was lost.")
    }
    if !hasDelivery {
      add(
        [\.lost, \.lostBehind, \.unbound, \.lostPath],
        "No home agent or receiver was observed: what was delivered is not known, and of the fates only "
          + "what no point saw.")
    } else if moves.contains(where: { $0.receiverGap == nil }) {
      lines.append(
        "A receiver gap is not known where the last packet before or the first after passed in the midst "
          + "of others, so that its time is in no record, or never came.")
    }
    if !content.has(.access) {
      add(
        [\.lostServer],
        "No interface of the guest was observed: what a server lost is not told apart.")
    }
    if moves.contains(where: { $0.paused == nil && $0.pausedPlusPath == nil }) {
      lines.append(
        "Parts of the gap that stand as – could not be told apart by these points: a pause needs numbers "
          + "and a steady spacing, a path change and what was held need a sender’s clock in the packets "
          + "and a receiver.")
    }
    if moves.contains(where: { $0.bindingUpdate == nil }) {
      lines.append(
        "No Binding Update was seen for some moves: none was sent, it passed elsewhere, or ESP hid it."
      )
    }
    if moves.contains(where: { $0.verdict == .undetermined }) {
      lines.append(
        "Undetermined: these points cannot decide what happened; the times of such a move stand, its "
          + "losses do not.")
    }
    return lines
  }
}
