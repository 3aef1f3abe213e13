import Testing
import Wire

/// A generator of the same numbers on each run (SplitMix64's recurrence).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

struct HostileFrameTests {
  /// What holds of any frame, whatever its bytes are.
  private func isSound(_ packet: DecodedPacket, captured: Int) -> Bool {
    packet.payload.upperBound <= captured && packet.mobility.upperBound <= captured
      && packet.udpBytes >= 0 && packet.ipBytes >= 0 && packet.outer.count <= OuterHeaders.capacity
      && !(packet.kind == .malformed && packet.isTruncated)
  }

  @Test(arguments: Sample.datagrams)
  func `a frame cut by the snaplen is truncated, or says the same`(sample: Sample) {
    let whole = decode(sample)
    var wasFound = false
    for count in 0..<sample.bytes.count {
      let cut = Array(sample.bytes.prefix(count))
      let packet = decode(
        cut, sample.linkType, wireBytes: sample.bytes.count, decapsulation: sample.decapsulation)
      #expect(isSound(packet, captured: count))
      #expect(packet.kind != .malformed)
      if packet.kind == .udp && !packet.isTruncated {
        wasFound = true
        #expect(packet.streamText == whole.streamText)
        #expect(packet.outerTexts == whole.outerTexts)
        #expect(packet.payload.upperBound == min(count, whole.payload.upperBound))
      } else {
        #expect(packet.isTruncated)
        #expect(!wasFound)
      }
    }
    #expect(wasFound)
  }

  @Test(arguments: Sample.datagrams)
  func `a frame that ends too early is malformed`(sample: Sample) {
    for count in 0..<sample.bytes.count {
      let packet = decode(
        Array(sample.bytes.prefix(count)), sample.linkType, decapsulation: sample.decapsulation)
      #expect(isSound(packet, captured: count))
      #expect(packet.kind == .udp || packet.kind == .malformed)
      #expect(!packet.isTruncated)
    }
  }

  @Test func `mutated frames never trap`() {
    var random = SeededGenerator(state: 1)
    let samples = Sample.datagrams
    var kinds: [DecodedPacket.Kind: Int] = [:]
    for round in 0..<200_000 {
      let sample = samples[round % samples.count]
      var bytes = sample.bytes
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch UInt8.random(in: 0...3, using: &random) {
        case 0: bytes[index] = .random(in: 0...255, using: &random)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: bytes[index] = [0, 0xff, 0x7f, 0x80][Int.random(in: 0...3, using: &random)]
        default: bytes.swapAt(index, Int.random(in: 0..<bytes.count, using: &random))
        }
      }
      if Bool.random(using: &random) {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      }
      let wireBytes = bytes.count + Int.random(in: -20...1500, using: &random)
      let linkType =
        round % 16 == 0 ? LinkType.allCases.randomElement(using: &random) : sample.linkType
      let packet = decode(
        bytes, linkType ?? .ethernet, wireBytes: wireBytes, decapsulation: sample.decapsulation)
      #expect(isSound(packet, captured: bytes.count))
      kinds[packet.kind, default: 0] += 1
      if packet.kind == .mobility {
        _ = BindingMessage(
          parsing: bytes.rawSpan.extracting(packet.mobility), source: packet.source,
          destination: packet.destination, homeAddress: packet.homeAddress)
      }
      _ = RTPHeader(parsing: bytes.rawSpan)
      _ = StreamHeader(parsing: bytes.rawSpan)
    }
    #expect(kinds[.udp, default: 0] > 10_000)
    #expect(kinds[.malformed, default: 0] > 10_000)
  }

  @Test func `random bytes never trap`() {
    var random = SeededGenerator(state: 2)
    for round in 0..<50_000 {
      let count = Int.random(in: 0...200, using: &random)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let linkType = LinkType.allCases[round % LinkType.allCases.count]
      #expect(isSound(decode(bytes, linkType), captured: count))
      _ = BindingMessage(
        parsing: bytes.rawSpan, source: IPAddress(high: 1, low: 2),
        destination: IPAddress(high: 3, low: 4), homeAddress: nil)
    }
  }
}
