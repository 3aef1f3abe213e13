/// What there is to be counted in a workload, and what the engine counted of it.
struct Count: Sendable, Equatable {
  var packets = 0
  /// The most in one interval.
  var flows = 0
  var lost = 0

  /// What a run of the command says that differs from what there is; nil where nothing does.
  func flaw(of run: Run) -> String? {
    for (word, expected) in [("packets", packets), ("flows", flows), ("lost", lost)] {
      let found = run.number(after: word)
      if found != expected {
        return "it counted \(found.map(String.init) ?? "no") \(word), and there are \(expected)"
      }
    }
    return nil
  }
}

extension Workload {
  /// What is to be counted in it.
  var count: Count { Count(packets: packets, flows: flows, lost: lost) }
}
