import Foundation
import Testing

/// Two moves of a machine that QEMU migrated, from the middle of a demo's captures. It does not keep its rhythm: what
/// waited in its network device is sent at once when it goes on, and then it stumbles.
struct UnevenMoveTests {
  /// By the captures, read with scapy, in ms:
  /// ```
  /// number      at the old server  at the new one's vif      beyond it   receiver
  /// 4027        33 403.093                                               33 403.107
  /// 4028, 4029                     33 433.532, 33 433.592    refused (ICMPv6), acknowledged at 33 434.523
  /// 4030                           33 466.213                33 466.266  33 466.305
  /// 6031        37 499.577                                               37 499.595
  /// 6032                           37 523.774                37 523.822  37 523.857
  /// 6033                           37 544.851                37 544.905  37 544.945
  /// ```
  @Test func `times at a move are those of its packets, also where the guest stumbles`()
    async throws
  {
    let recording = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Recordings/machine.jsonl").path
    let log = try await Program.run("log", recording, "--jsonl", "-")
    #expect(log.status == 0, "\(log.error)")
    let moves = try log.output.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }.filter { $0["record"] as? String == "move" }
    try #require(moves.count == 2)
    func check(_ move: Int, _ name: String, _ expected: Double, within tolerance: Double) throws {
      let value = try #require(moves[move][name] as? Double)
      #expect(abs(value - expected) <= tolerance, "\(name) of move \(move)")
    }
    // The spacing is 2 ms, of which the guest keeps within some microseconds.
    try check(0, "receiver_gap_ms", 63.198, within: 0.01)
    try check(0, "paused_ms", 433.532 - 403.079 - 2, within: 0.01)
    try check(0, "held_ms", 0, within: 0.1)
    try check(0, "lost", 2, within: 0)
    try check(0, "unbound", 2, within: 0)
    try check(0, "lost_server", 0, within: 0)
    // It stood still once more after its first two packets, which is no part of the move.
    try check(0, "residual_ms", 466.213 - 433.592 - 2 - 2 + 0.06, within: 0.1)
    #expect(moves[0]["verdict"] as? String == "partial")
    try check(1, "receiver_gap_ms", 523.857 - 499.595, within: 0.05)
    try check(1, "paused_ms", 523.774 - 499.556 - 2, within: 0.01)
    try check(1, "residual_ms", 0, within: 0.05)
    #expect(moves[1]["verdict"] as? String == "explained")
  }
}
