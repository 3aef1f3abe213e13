import Foundation
import Simulation
import Streams
import Testing
import Wire

@testable import Moves

/// Scenarios that cross all that can happen to a stream, where what was told is held against what
/// happened. A slice runs with the tests; `PROOF=200` runs as many.
@Suite struct ProofTests {
  static let seeds = 1...(ProcessInfo.processInfo.environment["PROOF"].flatMap { Int($0) } ?? 24)

  @Test(arguments: seeds)
  func `truth and verdict agree`(seed: Int) throws {
    var proof = Proof(seed: UInt64(seed))
    try proof.run()
    if !proof.notes.isEmpty { print("NOTE", seed, proof.watch, proof.parts, proof.notes) }
    for fault in proof.faults { Issue.record("seed \(seed): \(fault)") }
    #expect(proof.parts.within * 100 >= proof.parts.all * 95, "\(proof.parts)")
  }
}
