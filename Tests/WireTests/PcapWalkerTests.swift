import Testing
import Wire

struct `The walk through a pcap file` {
  @Test(
    arguments: [(0xa1b2_c3d4, 1000), (0xa1b2_3c4d, 1), (0xa1b2_cd34, 1000)] as [(Int, Int64)],
    [false, true])
  func `is the same in every form`(form: (magic: Int, unit: Int64), bigEndian: Bool) throws {
    var file = PcapBytes(magic: form.magic, bigEndian: bigEndian)
    file.record(1_700_000_000, 123_456, frame: [1, 2, 3], original: 1500)
    file.record(4_294_967_295, 999_999, frame: [], original: 60)
    file.record(0, 7, frame: [4], original: 1)
    #expect(
      try Walk(file.bytes)
        == Walk(packets: [
          .init(
            time: 1_700_000_000_000_000_000 + 123_456 * form.unit, wireBytes: 1500,
            frame: [1, 2, 3]),
          .init(
            time: 4_294_967_295_000_000_000 + 999_999 * form.unit, wireBytes: 60, frame: []),
          .init(time: 7 * form.unit, wireBytes: 1, frame: [4]),
        ]))
  }

  @Test(arguments: [(1, 4), (2, 5), (2, 8224), (543, 0)])
  func `does not judge the version`(version: (Int, Int)) throws {
    var file = PcapBytes(version: version)
    file.record(1, 0, frame: [9], original: 2)
    #expect(
      try Walk(file.bytes)
        == Walk(packets: [.init(time: 1_000_000_000, wireBytes: 2, frame: [9])]))
  }

  @Test func `knows early versions with the lengths the other way round`() throws {
    var file = PcapBytes(version: (2, 3))
    file.record(1, 0, frame: [9], captured: 60, original: 1)
    file.record(2, 0, frame: [8], original: 60)
    #expect(try Walk(file.bytes).packets.map(\.frame) == [[9], [8]])
    #expect(try Walk(file.bytes).packets.map(\.wireBytes) == [60, 60])
  }

  @Test(
    arguments: [
      (1, .ethernet), (0x3000_0001, .ethernet), (0x0030_0000, .null), (101, .raw), (12, .raw),
      (50, .ppp), (276, .linuxSLL2), (127, .radiotap), (107, nil),
    ] as [(Int, LinkType?)])
  func `finds the link type in the low bits`(link: (number: Int, type: LinkType?)) throws {
    var file = PcapBytes(link: link.number)
    file.record(1, 0, frame: [9], original: 1)
    let walker = try PcapFileWalker(file.bytes.rawSpan)
    #expect(walker.linkType == link.type)
    #expect(walker.linkNumber == link.number & 0xffff)
    #expect(try Walk(file.bytes).packets.map(\.linkType) == [link.type])
  }

  @Test func `ends at the first byte that is missing`() throws {
    var file = PcapBytes()
    var ends = [file.bytes.count]
    for number in 1...3 {
      file.record(number, 0, frame: [UInt8](repeating: 5, count: 3 * number), original: 9)
      ends.append(file.bytes.count)
    }
    for count in 0..<24 {
      #expect(flaw(Array(file.bytes.prefix(count))) == (count < 4 ? .noMagicNumber : .shortHeader))
    }
    for count in 24...file.bytes.count {
      let walk = try Walk(Array(file.bytes.prefix(count)))
      #expect(walk.packets.count == ends.count { $0 <= count } - 1)
      #expect(walk.ending == (ends.contains(count) ? .end : .cut))
    }
  }

  @Test func `believes no captured length beyond every snaplen`() throws {
    var file = PcapBytes(snaplen: 300_000)
    file.record(1, 0, frame: [9], original: 1)
    let whole = file.bytes
    file.record(1, 0, frame: [], captured: 300_000, original: 300_000)
    #expect(try Walk(file.bytes).ending == .cut)
    file = PcapBytes(snaplen: 64)
    file.record(1, 0, frame: [], captured: 262_145, original: 1)
    let walk = try Walk(whole + file.bytes.dropFirst(24))
    #expect(walk.ending == .cut)
    #expect(try Walk(file.bytes).ending == .flaw(.capturedLength(262_145)))
  }

  @Test func `stops where a file was shortened, and goes on where it grew`() throws {
    var file = PcapBytes()
    file.record(1, 0, frame: [1], original: 1)
    let first = file.bytes
    file.record(2, 0, frame: [2], original: 1)
    var walker = try PcapFileWalker(first.rawSpan)
    #expect(walker.next(in: first.rawSpan) != .end)
    #expect(walker.next(in: first.rawSpan) == .end)
    let header = Array(first.prefix(24))
    #expect(walker.next(in: header.rawSpan) == .cut)
    guard case .packet(let record) = walker.next(in: file.bytes.rawSpan) else {
      Issue.record("the second packet is not there")
      return
    }
    #expect(record.time.nanoseconds == 2_000_000_000)
  }

  @Test(arguments: [[], [0xa1], Array("time,point,stream\n".utf8)] as [[UInt8]])
  func `does not begin without a magic number`(bytes: [UInt8]) {
    #expect(flaw(bytes) == .noMagicNumber)
  }
}

struct `Records that are passed by` {
  @Test(arguments: 0..<300 as Range<UInt64>)
  func `are those that are read one by one, up to an edge, a cut or a flaw`(seed: UInt64) throws {
    var random = SeededGenerator(state: seed)
    var file = PcapBytes(magic: seed % 2 == 0 ? 0xa1b2_c3d4 : 0xa1b2_3c4d)
    for number in 0..<Int.random(in: 0...12, using: &random) {
      let count = [0, 1, 5, 5, 5, 5].randomElement(using: &random) ?? 0
      let isFlawed = number > 3 && Int.random(in: 0..<10, using: &random) == 0
      file.record(
        number, 7 * number, frame: [UInt8](repeating: UInt8(number), count: count),
        captured: isFlawed ? 1 << 20 : nil, original: 60 + number)
    }
    let cut = Int.random(in: 0...1, using: &random) * Int.random(in: 0...9, using: &random)
    let bytes = Array(file.bytes.dropLast(min(cut, file.bytes.count - 24)))
    let edge = Int.random(in: 24...bytes.count + 5, using: &random)

    var scout = try #require(PcapFileWalker(bytes.rawSpan).pcap)
    var records: [PcapRecord] = []
    while scout.offset < edge, case .packet(let record) = scout.next(in: bytes.rawSpan) {
      records.append(record)
    }
    var walker = try #require(PcapFileWalker(bytes.rawSpan).pcap)
    var reader = walker
    #expect(walker.pass(in: bytes.rawSpan, upTo: edge) == records.count)
    #expect(walker.offset == scout.offset)
    for record in records {
      let frame = reader.passed(in: bytes.rawSpan)
      #expect(frame.record(linkType: .ethernet) == record)
    }
    #expect(reader.offset == walker.offset)
  }

  @Test(arguments: [(0xa1b2_c3d4, true, 4), (0xa1b2_cd34, false, 4), (0xa1b2_c3d4, false, 3)])
  func `are none in a file of another form`(
    form: (magic: Int, isBigEndian: Bool, minorVersion: Int)
  ) throws {
    var file = PcapBytes(
      magic: form.magic, bigEndian: form.isBigEndian, version: (2, form.minorVersion))
    file.record(1, 0, frame: [9], original: 1)
    var walker = try #require(PcapFileWalker(file.bytes.rawSpan).pcap)
    #expect(walker.pass(in: file.bytes.rawSpan, upTo: .max) == 0)
    #expect(walker.next(in: file.bytes.rawSpan) != .end)
  }
}

struct `A mutated capture file` {
  /// A file of each form, with a bit of everything in it.
  private static var samples: [[UInt8]] {
    var samples: [[UInt8]] = []
    for bigEndian in [false, true] {
      for magic in [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34] {
        var file = PcapBytes(magic: magic, bigEndian: bigEndian, version: (2, 3))
        for number in 1...4 {
          file.record(number, 0, frame: [UInt8](repeating: 7, count: number), original: 60)
        }
        samples.append(file.bytes)
      }
      var file = PcapngBytes()
      file.section(bigEndian: bigEndian)
      file.interface(resolution: 9, offset: 3)
      file.interface(link: 101, snaplen: 64, resolution: 0x8a)
      file.packet(on: 1, at: 99, frame: [1, 2, 3], original: 60)
      file.statistics(on: 0, droppedByInterface: 3, droppedBySystem: 1)
      file.section(bigEndian: !bigEndian)
      file.interface(link: 107)
      file.obsoletePacket(on: 0, at: 4, frame: [5])
      file.simplePacket(frame: [6, 7, 8, 9], original: 4)
      samples.append(file.bytes)
    }
    return samples
  }

  @Test func `never traps, and never gives bytes that are not there`() {
    var random = SeededGenerator(state: 7)
    var packets = 0
    var flaws = 0
    for sample in Self.samples {
      for _ in 0..<3000 {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let index = Int.random(in: 0..<bytes.count, using: &random)
          let telling: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, .random(in: 0...255, using: &random)]
          bytes[index] = telling.randomElement(using: &random) ?? 0
        }
        if Bool.random(using: &random) {
          bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
        }
        do throws(PcapFlaw) {
          // Slicing the frames out of the file would trap where they lie outside.
          packets += try Walk(bytes).packets.count
        } catch { flaws += 1 }
      }
    }
    #expect(packets > 10_000)
    #expect(flaws > 1000)
  }
}
