import Streams
import Wire

/// Which numbers met which fate; nil where the points cannot decide it.
struct Fates: Sendable {
  /// Numbers that were not delivered, of all fates.
  var lost: NumberSet?
  private(set) var sets: [Fate: NumberSet] = [:]

  subscript(fate: Fate) -> NumberSet? { sets[fate] }

  /// How far numbers came, by the points that saw them.
  struct Sightings: Sendable {
    /// Outside the guest.
    var anywhere = NumberSet()
    var access = NumberSet()
    /// At the external points and behind them.
    var beyond = NumberSet()
    /// Nil where neither a receiver nor a home agent was watched.
    var delivered: NumberSet?
    /// Of the stays that begin or end; nil where neither the external points nor the home agent show
    /// through which server a number went.
    var behind: NumberSet?
    var unbound: NumberSet?
    /// Every server's guest interface was watched, and every external one.
    var hasAccess = false
    var hasExternal = false
  }

  /// The fates of the numbers of a range.
  init(of range: NumberSet, _ seen: Sightings) {
    let unseen = range.subtracting(seen.anywhere)
    sets[.lostUnseen] = unseen
    let missing = seen.delivered.map { range.subtracting($0) }
    lost = missing
    if seen.hasAccess, seen.hasExternal {
      sets[.lostServer] = range.intersection(seen.access).subtracting(seen.beyond)
        .subtracting(seen.unbound ?? NumberSet())
    }
    guard let missing, let behind = seen.behind, let unbound = seen.unbound else { return }
    let isBehind = missing.intersection(behind)
    let isUnbound = missing.intersection(unbound).subtracting(isBehind)
    sets[.lostBehind] = isBehind
    sets[.unbound] = isUnbound
    guard seen.hasExternal else { return }
    let known = [unseen, sets[.lostServer] ?? NumberSet(), isBehind, isUnbound]
    sets[.lostPath] = known.reduce(missing) { $0.subtracting($1) }
  }

  /// Whether every fate is decided.
  var areDecided: Bool { lost != nil && Fate.allCases.allSatisfy { sets[$0] != nil } }
}
