import Testing
import Wire

/// What is said of a datagram, whichever way it was read.
private struct Reading: Equatable {
  var stream: String
  var outer: [String]
  var payload: Range<Int>
  var isWhole: Bool

  init(_ packet: DecodedPacket) {
    stream = packet.streamText
    outer = packet.outerTexts
    payload = packet.payload
    isWhole = packet.kind == .udp && !packet.isTruncated && packet.homeAddress == nil
  }

  /// Nil where the frame is not plain.
  init?(plain bytes: [UInt8], wireBytes: Int) {
    let span = bytes.rawSpan
    guard let datagram = PlainDatagram(span, wireBytes: wireBytes) else { return nil }
    let inner = PlainDatagram.addresses(at: datagram.header, in: span)
    let ports = datagram.ports(in: span)
    stream =
      "udp \(inner.source).\(ports >> 16)>\(inner.destination).\(ports & 0xffff) "
      + "\(datagram.ipBytes) \(datagram.udpBytes)"
    outer = []
    if datagram.isTunnelled {
      let tunnel = PlainDatagram.addresses(at: PlainDatagram.outerHeader, in: span)
      outer = ["\(tunnel.source)>\(tunnel.destination)"]
    }
    payload = datagram.payload
    isWhole = true
  }
}

struct `A datagram read at a glance` {
  private static let datagram = Layer.datagram(to: 5006, [UInt8](repeating: 7, count: 40))
  private static let direct = Layer.ethernet(0x86dd, Layer.ipv6(17, datagram))
  private static let tunnelled = Layer.ethernet(
    0x86dd, Layer.tunnel(41, Layer.ipv6(17, datagram)))

  @Test(arguments: [direct, tunnelled])
  func `is what the walk from header to header finds`(frame: [UInt8]) {
    #expect(Reading(plain: frame, wireBytes: frame.count) == Reading(decode(frame)))
  }

  @Test(arguments: [direct, tunnelled])
  func `says the same of a frame that was cut`(frame: [UInt8]) {
    var taken = 0
    for count in 0...frame.count {
      let cut = Array(frame.prefix(count))
      for wireBytes in [0, count - 1, count, count + 1, frame.count, frame.count + 4] {
        guard let plain = Reading(plain: cut, wireBytes: wireBytes) else { continue }
        #expect(plain == Reading(decode(cut, wireBytes: wireBytes)))
        taken += 1
      }
    }
    #expect(taken > 50)
  }

  @Test func `says the same of mutated frames`() {
    var random = SeededGenerator(state: 3)
    let samples = [Self.direct, Self.tunnelled] + Sample.datagrams.map(\.bytes)
    // What the glance looks at: types, versions, lengths, next headers and ports.
    let telling = [12, 13, 14, 18, 19, 20, 54, 56, 57, 58, 59, 60, 96, 97, 98, 99]
    var taken = 0
    var differences = 0
    for round in 0..<200_000 {
      // Every other frame begins as a plain one.
      var bytes = samples[round & 1 == 0 ? round >> 1 & 1 : round % samples.count]
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let anywhere = Int.random(in: 0..<bytes.count, using: &random)
        let index = telling.randomElement(using: &random) ?? anywhere
        let values: [UInt8] = [
          0, 1, 6, 8, 17, 41, 48, 60, 0x60, .random(in: 0...255, using: &random),
        ]
        bytes[index < bytes.count ? index : anywhere] = values.randomElement(using: &random) ?? 0
      }
      if Bool.random(using: &random) {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      }
      let wireBytes = bytes.count + Int.random(in: -20...100, using: &random)
      guard let plain = Reading(plain: bytes, wireBytes: wireBytes) else { continue }
      taken += 1
      if plain != Reading(decode(bytes, wireBytes: wireBytes)) { differences += 1 }
    }
    #expect(differences == 0)
    #expect(taken > 20_000)
  }
}
