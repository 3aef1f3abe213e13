import Capture
import Foundation
import Streams
import Testing

@testable import Observation

struct StopTests {
  /// A capture of many packets within one interval.
  private static func capture(packets: Int) -> Data {
    var bytes: [UInt8] = [0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4] + [UInt8](repeating: 0, count: 8)
    bytes += [0, 0, 255, 255, 0, 0, 0, 1]
    let packet: [UInt8] =
      [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 60, 0, 0, 0, 60] + [UInt8](repeating: 2, count: 60)
    var data = Data(bytes)
    let thousand = Data(Array(repeating: packet, count: 1000).joined())
    for _ in 0..<packets / 1000 { data += thousand }
    return data
  }

  @Test func `a long interval of a file is read no further than is wanted`() throws {
    let path = NSTemporaryDirectory() + "nemotop-test-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    let packets = 1_400_000
    try Self.capture(packets: packets).write(to: URL(fileURLWithPath: path))
    let feed = try FileFeed(
      point: Point(name: "xen1"), path: path, stream: nil, filter: nil,
      options: CountingOptions())
    var asked = 0
    feed.refill {
      asked += 1
      return asked < 2
    }
    #expect(!feed.hasEnded)
    #expect(feed.queue.isEmpty)
    #expect((1..<packets).contains(feed.reports[0].packets))
    feed.refill { true }
    #expect(feed.hasEnded)
    #expect(feed.reports[0].packets == packets)
  }
}
