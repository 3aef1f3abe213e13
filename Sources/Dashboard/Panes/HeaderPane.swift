import Moves
import Screen
import Streams

/// One line: the points, what passes them, the clock of the data, and what the capture missed.
struct HeaderPane: Pane {
  func rows(_ view: View, width: Int) -> RowNeed { RowNeed(least: 1, most: 1) }

  func draw(_ view: View, on grid: inout Grid) {
    grid.restyle(row: 0) { $0 = .bar }
    let start =
      grid.write(" nemotop ", column: 0, row: 0, style: Style(isBold: true, isReversed: true)) + 1
    let names = view.history.points.map(\.name).joined(separator: " ")
    var end = grid.width - 1
    for (text, style, isNeeded) in pieces(view) {
      // What is not needed leaves the points' names whole.
      guard isNeeded || end - text.cells - 2 >= start + names.cells else { continue }
      grid.write(text, endingBefore: end, row: 0, style: style)
      end -= text.cells + 2
    }
    grid.write(
      names.shortenedInMiddle(to: max(end - start, 0), ellipsis: view.glyphs.ellipsis),
      column: start, row: 0, style: .bar)
  }

  /// From the right to the left, the most important first.
  private func pieces(_ view: View) -> [(text: String, style: Style, isNeeded: Bool)] {
    let history = view.history
    guard let upTo = history.upTo else {
      let isSeeking = view.playback?.isSeeking ?? false
      return [(isSeeking ? "SEEKING" : "waiting for packets", .bar, true)]
    }
    var pieces: [(String, Style, Bool)] = [(view.clock(upTo), .bar, true)]
    if let playback = view.playback {
      pieces.append((Figures.speed(playback.speed), .bar, true))
      if let word = playback.word {
        pieces.append((word, Style(.warning, isBold: true, isReversed: true), true))
      }
    }
    if view.isFrozen {
      let age = view.behind < .seconds(1) ? "" : " -" + Figures.age(view.behind)
      pieces.append(("FROZEN" + age, Style(.warning, isBold: true, isReversed: true), true))
    } else if view.hasEnded, view.endedEarly.isEmpty {
      pieces.append(("ENDED", Style(.warning, isBold: true, isReversed: true), true))
    }
    if !view.endedEarly.isEmpty {
      let names = view.endedEarly.joined(separator: " ")
      pieces.append(("ENDED EARLY \(names)", Style(.alarm, isBold: true, isReversed: true), true))
    }
    if view.filter != nil {
      pieces.append(("FILTER", Style(isBold: true, isReversed: true), true))
    }
    if view.mask.isOn {
      pieces.append(("MASKED", Style(isBold: true, isReversed: true), true))
    }
    if !history.away.isEmpty {
      let names = history.away.map(\.point).joined(separator: " ")
      pieces.append(("BLIND \(names)", Style(.alarm, isBold: true, isReversed: true), true))
    }
    let drops = "drops \(Figures.count(history.captureDrops))"
    let hasDrops = history.captureDrops > 0
    pieces.append(
      (drops, hasDrops ? Style(.alarm, isBold: true, isReversed: true) : .bar, hasDrops))
    let plusMinus = "clock " + view.glyphs.plusMinus
    switch history.clocks {
    case .same: break
    case .unknown: pieces.append((plusMinus + "?", .bar, false))
    case .within(let bound):
      pieces.append((plusMinus + Figures.duration(bound), .bar, false))
    }
    if let rate = history.packetRate {
      pieces.append((Figures.short(rate) + " p/s", .bar, false))
      pieces.append((Figures.count(history.packets) + " packets", .bar, false))
    }
    return pieces
  }
}

extension Playback.State {
  /// What it does, where that is not playing.
  fileprivate var word: String? {
    isSeeking ? "SEEKING" : hasEnded ? "ENDED" : isPaused ? "PAUSED" : nil
  }
}
