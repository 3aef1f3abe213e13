import Testing
import Wire

@testable import Streams

struct `The leg of a tunnel` {
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
      let bytes = [0x60, 0, 0, 0, 0, 60, 17, 64] + tunnel
      let (source, destination) = PlainDatagram.addresses(at: 0, in: bytes.rawSpan)
      let leg = table.index(CheckedBytes(known: bytes.rawSpan, from: 0, byteCount: 40))
      var outer = OuterHeaders()
      _ = outer.append(OuterHeaders.Level(source: source, destination: destination))
      #expect(leg == plain.index(of: outer))
      #expect(table[leg] == plain[leg])
    }
    #expect(table.legs.count == Set(tunnels).count + 1)
  }
}
