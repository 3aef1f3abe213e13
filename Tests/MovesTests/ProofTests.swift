import Foundation
import Simulation
import Streams
import Testing
import Wire

@testable import Moves

/// Scenarios that cross all that can happen to a stream, where what was told is held against what
/// happened. A slice runs with the tests; `PROOF=240` runs as many.
@Suite struct ProofTests {
  static let seeds = 1...(ProcessInfo.processInfo.environment["PROOF"].flatMap { Int($0) } ?? 24)

  @Test func `truth and verdict agree`() throws {
    var parts = (within: 0, all: 0)
    var wrong: [String] = []
    for seed in Self.seeds {
      var proof = Proof(seed: UInt64(seed))
      try proof.run()
      for fault in proof.faults { Issue.record("seed \(seed): \(fault)") }
      parts.within += proof.parts.within
      parts.all += proof.parts.all
      wrong += proof.notes.map { "seed \(seed), \(proof.watch): \($0)" }
    }
    #expect(parts.all > Self.seeds.count * 5)
    #expect(parts.within * 100 >= parts.all * 95, "\(wrong)")
    if Self.seeds.count > 24 {
      print("\(parts.within) of \(parts.all) times lie within their uncertainty; the others:")
      for line in wrong { print(line) }
    }
  }
}
