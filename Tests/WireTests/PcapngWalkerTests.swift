import Testing
import Wire

struct `The walk through a pcapng file` {
  @Test(arguments: [false, true])
  func `finds every packet in either byte order`(bigEndian: Bool) throws {
    var file = PcapngBytes()
    file.section(bigEndian: bigEndian)
    file.interface(link: 1, snaplen: 8192, resolution: 9)
    file.interface(link: 101)
    file.interface(link: 107, snaplen: 1)
    file.packet(on: 0, at: 1_700_000_000_123_456_789, frame: [1, 2, 3], original: 1500)
    file.block(0x0bad, [1, 2, 3, 4])
    file.packet(on: 1, at: 1_700_000_001_000_001, frame: [4, 5, 6, 7], original: 4)
    file.packet(on: 2, at: 1_700_000_002_000_000, frame: [8], original: 9)
    file.obsoletePacket(on: 1, at: 1_700_000_003_000_000, frame: [])
    #expect(
      try Walk(file.bytes)
        == Walk(packets: [
          .init(time: 1_700_000_000_123_456_789, wireBytes: 1500, frame: [1, 2, 3]),
          .init(
            time: 1_700_000_001_000_001_000, wireBytes: 4, frame: [4, 5, 6, 7], linkType: .raw),
          .init(time: 1_700_000_002_000_000_000, wireBytes: 9, frame: [8], linkType: nil),
          .init(time: 1_700_000_003_000_000_000, wireBytes: 0, frame: [], linkType: .raw),
        ]))
  }

  @Test func `gives each section interfaces of its own`() throws {
    var file = PcapngBytes()
    file.section()
    file.interface(link: 1)
    file.packet(at: 1, frame: [1], original: 1)
    file.section(bigEndian: true, minor: 2)
    file.interface(link: 276, resolution: 0)
    file.packet(at: 2, frame: [2], original: 1)
    file.section()
    file.packet(at: 3, frame: [3], original: 1)
    let walk = try Walk(file.bytes)
    #expect(walk.packets.map(\.linkType) == [.ethernet, .linuxSLL2])
    #expect(walk.packets.map(\.time) == [1000, 2_000_000_000])
    #expect(walk.ending == .flaw(.unknownInterface(0)))
  }

  @Test(
    arguments: [
      (nil, 5_000_001, 5_000_001_000), (0, 5, 5_000_000_000), (3, 5, 5_000_000), (9, 5, 5),
      (12, 5_999, 5), (19, 50_000_000_000, 5), (20, .max, 184_467_440), (127, 1 << 63, 0),
      (0x80, 5, 5_000_000_000), (0x81, 5, 2_500_000_000), (0x8a, 1025, 1_000_976_562),
      (0xbf, 1 << 62, 500_000_000), (0xff, .max, 0), (0, .max, .max), (0x80, .max, .max),
    ] as [(UInt8?, UInt64, Int64)])
  func `reads times in every resolution`(
    sample: (resolution: UInt8?, units: UInt64, nanoseconds: Int64)
  ) throws {
    var file = PcapngBytes()
    file.section()
    file.interface(resolution: sample.resolution)
    file.packet(at: sample.units, frame: [], original: 0)
    #expect(try Walk(file.bytes).packets.map(\.time) == [sample.nanoseconds])
  }

  @Test(
    arguments: [
      (1_700_000_000, 1_700_000_000_000_005_000), (-1, -999_995_000), (.max, .max),
      (.min, .min + 5000),
    ] as [(Int64, Int64)])
  func `adds an interface's offset`(sample: (seconds: Int64, nanoseconds: Int64)) throws {
    var file = PcapngBytes()
    file.section()
    file.interface(resolution: 6, offset: sample.seconds)
    file.packet(at: 5, frame: [], original: 0)
    #expect(try Walk(file.bytes).packets.map(\.time) == [sample.nanoseconds])
  }

  @Test func `gives a simple packet the time before it and the first interface`() throws {
    var file = PcapngBytes()
    file.section()
    file.interface(link: 101, snaplen: 3)
    file.interface(link: 1)
    file.packet(on: 1, at: 7, frame: [1], original: 1)
    file.simplePacket(frame: [1, 2, 3], original: 1500)
    file.simplePacket(frame: [9], original: 1)
    #expect(
      try Walk(file.bytes).packets.dropFirst() == [
        .init(time: 7000, wireBytes: 1500, frame: [1, 2, 3], linkType: .raw),
        .init(time: 7000, wireBytes: 1, frame: [9], linkType: .raw),
      ])
  }

  @Test func `tells of drops where the statistics change, over all interfaces and sections`() throws
  {
    var file = PcapngBytes()
    file.section()
    file.interface()
    file.interface()
    file.statistics(on: 0, droppedByInterface: 0, droppedBySystem: 0)
    file.statistics(on: 0, droppedByInterface: 3, droppedBySystem: 1)
    file.statistics(on: 0, droppedByInterface: 3, droppedBySystem: 1)
    file.statistics(on: 1, droppedByInterface: 2, droppedBySystem: 0)
    file.statistics(on: 0, droppedByInterface: 5, droppedBySystem: 1)
    file.section()
    file.interface()
    file.statistics(on: 0, droppedByInterface: 1, droppedBySystem: 0)
    #expect(try Walk(file.bytes) == Walk(drops: [4, 6, 8, 9]))
  }

  @Test func `takes as first link type one that can be decoded`() throws {
    var file = PcapngBytes()
    file.section()
    file.interface(link: 107, snaplen: 96)
    file.interface(link: 113)
    let walker = try PcapFileWalker(file.bytes.rawSpan)
    #expect(walker.linkType == .linuxSLL)
    #expect(walker.linkNumber == 107)
    #expect(walker.snapshotLength == 96)
  }

  @Test func `ends at the first byte that is missing`() throws {
    var file = PcapngBytes()
    file.section(bigEndian: true)
    let section = file.bytes.count
    file.interface(resolution: 9)
    var ends = [file.bytes.count]
    let first = file.bytes.count
    for number in 1...3 {
      file.packet(at: 1, frame: [UInt8](repeating: 5, count: number), original: 9)
      ends.append(file.bytes.count)
    }
    for count in 0..<first {
      let expected: PcapFlaw =
        count < 4 ? .noMagicNumber : count < section ? .shortHeader : .noInterface
      #expect(flaw(Array(file.bytes.prefix(count))) == expected)
    }
    for count in first...file.bytes.count {
      let walk = try Walk(Array(file.bytes.prefix(count)))
      #expect(walk.packets.count == ends.count { $0 <= count } - 1)
      #expect(walk.ending == (ends.contains(count) ? .end : .cut))
    }
  }

  @Test(arguments: [(0, 1), (1, 1), (2, 0)])
  func `does not begin in a version that is not known`(version: (Int, Int)) {
    var file = PcapngBytes()
    file.section(major: version.0, minor: version.1)
    file.interface()
    #expect(flaw(file.bytes) == .unknownVersion(major: version.0, minor: version.1))
  }

  @Test func `ends with what is wrong with a block`() throws {
    var start = PcapngBytes()
    start.section()
    start.interface()
    func ending(_ add: (inout PcapngBytes) -> Void) throws -> PcapStep? {
      var file = start
      add(&file)
      return try Walk(file.bytes).ending
    }
    #expect(
      try ending { $0.packet(at: 1, frame: [1], captured: 5, original: 9) }
        == .flaw(.capturedLength(5)))
    #expect(
      try ending { $0.packet(on: 1, at: 1, frame: [], original: 9) }
        == .flaw(.unknownInterface(1)))
    #expect(try ending { $0.block(6, []) } == .flaw(.blockLength(12)))
    #expect(
      try ending { $0.block(77, [1, 2, 3, 4], again: 20) } == .flaw(.differentBlockLengths(16, 20)))
    #expect(
      try Walk(start.bytes + [77, 0, 0, 0, 13, 0, 0, 0] + [UInt8](repeating: 0, count: 9)).ending
        == .flaw(.blockLength(13)))
  }
}
