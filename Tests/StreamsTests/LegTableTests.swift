import Testing
import Wire

@testable import Streams

struct `The leg of a tunnel` {
  /// An IPv6 header with these addresses, made apart from the code that is tested.
  private static func header(_ source: [UInt8], _ destination: [UInt8]) -> [UInt8] {
    [0x60, 0, 0, 0, 0, 60, 17, 64] + source + destination
  }

  private static func address(_ bytes: [UInt8]) -> IPAddress {
    let words = stride(from: 0, to: 16, by: 8).map { start in
      bytes[start..<start + 8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    }
    return IPAddress(high: words[0], low: words[1])
  }

  @Test(arguments: [1, 3, 16, 100])
  func `is the same for each of its packets, whatever comes between`(tunnelCount: Int) {
    var random = SplitMix(seed: UInt64(tunnelCount))
    // The first has no address at all, the others differ in one byte.
    let tunnels = (0..<tunnelCount).map { number in
      var addresses = [UInt8](repeating: 0, count: 32)
      if number > 0 { addresses[Int(random.next() % 32)] = UInt8(number) }
      return addresses
    }
    var table = LegTable()
    var plain = LegTable()
    for _ in 0..<2000 {
      let tunnel = tunnels[Int(random.next() % UInt64(tunnelCount))]
      let (source, destination) = (Array(tunnel[..<16]), Array(tunnel[16...]))
      let bytes = Self.header(source, destination)
      let leg = table.index(CheckedBytes(known: bytes.rawSpan, from: 0, byteCount: 40))
      var outer = OuterHeaders()
      _ = outer.append(
        OuterHeaders.Level(source: Self.address(source), destination: Self.address(destination)))
      #expect(leg == plain.index(of: outer))
      #expect(table[leg] == plain[leg])
    }
    #expect(table.legs.count == Set(tunnels).count + 1)
  }
}
