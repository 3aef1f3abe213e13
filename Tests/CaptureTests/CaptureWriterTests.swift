import Capture
import Glibc
import Testing
import Wire

/// Writes a packet of these bytes.
private func write(
  _ bytes: [UInt8], at nanoseconds: Int64, wireBytes: Int, to writer: inout CaptureWriter
) throws(CaptureError) {
  try writer.write(
    CapturedPacket(
      time: Timestamp(nanoseconds: nanoseconds), wireBytes: wireBytes, bytes: bytes.rawSpan,
      linkType: .ethernet))
}

private func error(_ body: () throws(CaptureError) -> Void) -> CaptureError? {
  do throws(CaptureError) {
    try body()
    return nil
  } catch { return error }
}

struct `A written capture` {
  @Test func `reads as it was taken`() throws {
    let place = TemporaryFile()
    var writer = try CaptureWriter(
      path: place.path, interface: "xen1", linkType: .linuxSLL2, snapshotLength: 256)
    var expected: [Seen] = []
    for length in 0..<600 {
      let bytes = (0..<length % 257).map { UInt8(truncatingIfNeeded: $0 + length) }
      let time = 1_740_830_700_123_456_789 + Int64(length)
      try write(bytes, at: time, wireBytes: length, to: &writer)
      expected.append(Seen(time: time, wireBytes: length, bytes: bytes))
    }
    try writer.finish(
      start: Timestamp(nanoseconds: 0), end: Timestamp(nanoseconds: 9), dropped: 2)
    let result = try readAll(place.bytes, limit: 64)
    #expect(result.seen == expected)
    #expect(result.ending == .end)
    #expect(result.linkType == .linuxSLL2)
    #expect(writer.packets == 600)
  }

  @Test func `holds what was flushed before it is finished`() throws {
    let place = TemporaryFile()
    var writer = try CaptureWriter(
      path: place.path, interface: "xen1", linkType: .ethernet, snapshotLength: 256)
    try write([1, 2, 3], at: 5, wireBytes: 3, to: &writer)
    #expect(place.bytes.isEmpty)
    try writer.flush()
    try write([4], at: 6, wireBytes: 1, to: &writer)
    let result = try readAll(place.bytes)
    #expect(result.seen == [Seen(time: 5, wireBytes: 3, bytes: [1, 2, 3])])
    #expect(result.ending == .end)
  }

  @Test func `leaves a capture that is there as it is`() {
    let place = TemporaryFile([1, 2, 3])
    #expect(
      error { () throws(CaptureError) in
        _ = try CaptureWriter(
          path: place.path, interface: "xen1", linkType: .ethernet, snapshotLength: 256)
      } == .alreadyExists(place.path))
    #expect(place.bytes == [1, 2, 3])
  }

  @Test func `says that the disk is full`() throws {
    var writer = try CaptureWriter(
      path: "/dev/full", interface: "xen1", linkType: .ethernet, snapshotLength: 256)
    try write([1], at: 5, wireBytes: 1, to: &writer)
    var told: CaptureError?
    do throws(CaptureError) { try writer.flush() } catch { told = error }
    #expect(told == .diskFull("/dev/full"))
  }
}
