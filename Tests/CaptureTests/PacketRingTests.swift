import Capture
import Glibc
import Testing
import Wire

extension LoopbackSocket {
  /// Has the kernel cut what is sent into datagrams of this size (UDP_SEGMENT, udp(7)).
  func cut(every size: Int32) -> Bool {
    var size = size
    return unsafe setsockopt(
      descriptor, Int32(IPPROTO_UDP), 103, &size, socklen_t(MemoryLayout<Int32>.size)) == 0
  }
}

struct `A packet ring` {
  private struct Seen: Equatable {
    var number: UInt8
    var wireBytes: Int
    var capturedBytes: Int
  }

  /// What is seen of `count` frames on the loopback interface, while `send` sends.
  private func capture(
    _ count: Int, of socket: borrowing LoopbackSocket, _ send: (borrowing LoopbackSocket) -> Void
  ) throws -> [Seen] {
    var options = PcapInterface.Options()
    options.filter = "udp dst port \(socket.port)"
    var ring = try PacketRing(name: "lo", options: options)
    #expect(ring.linkType == .ethernet)
    #expect(try ring.read(limit: 10, timeout: .milliseconds(20)) { _ in } == .idle)
    send(socket)
    var seen: [Seen] = []
    var times: [Timestamp] = []
    var idles = 0
    while seen.count < count, idles < 50 {
      let outcome = try ring.read(limit: 64, timeout: .milliseconds(100)) { packet in
        // The payload begins behind 14 bytes of Ethernet, 20 of IPv4 and 8 of UDP.
        seen.append(
          Seen(
            number: packet.bytes.uint8(at: 42), wireBytes: packet.wireBytes,
            capturedBytes: packet.bytes.byteCount))
        times.append(packet.time)
      }
      if case .idle = outcome { idles += 1 }
    }
    #expect(times == times.sorted())
    #expect(try ring.read(limit: 10, timeout: .milliseconds(20)) { _ in } == .idle)
    #expect(try ring.droppedPackets() == 0)
    return seen
  }

  @Test(.enabled(if: canCapture, "capturing on lo needs root or CAP_NET_RAW, and lo up"))
  func `sees every packet once and in order, and drops none`() throws {
    let seen = try capture(2000, of: LoopbackSocket()) { socket in
      for number in 0..<2000 { socket.send(UInt8(truncatingIfNeeded: number), size: 1000) }
    }
    #expect(
      seen
        == (0..<2000).map {
          Seen(number: UInt8(truncatingIfNeeded: $0), wireBytes: 1042, capturedBytes: 256)
        })
  }

  @Test(.enabled(if: canCapture, "capturing on lo needs root or CAP_NET_RAW, and lo up"))
  func `sees the packets that a super-packet stands for`() throws {
    let socket = LoopbackSocket()
    let isCut = socket.cut(every: 100)
    try #require(isCut, "the kernel has no UDP_SEGMENT")
    let seen = try capture(300, of: socket) { socket in
      for number in 0..<100 { socket.send(UInt8(number), size: 250) }
    }
    let expected = (0..<100).flatMap { number in
      [142, 142, 92].map { Seen(number: UInt8(number), wireBytes: $0, capturedBytes: $0) }
    }
    #expect(seen == expected)
  }

  @Test func `of an interface that does not exist is refused by its name`() {
    #expect(throws: CaptureError.noSuchInterface("nosuch0")) {
      _ = try PacketRing(name: "nosuch0")
    }
  }

  @Test(.enabled(if: canCapture, "capturing on lo needs root or CAP_NET_RAW, and lo up"))
  func `with a filter that is none is refused`() {
    var options = PcapInterface.Options()
    options.filter = "udp porta 1"
    #expect {
      _ = try PacketRing(name: "lo", options: options)
    } throws: { error in
      guard case CaptureError.badFilter("udp porta 1", _) = error else { return false }
      return true
    }
  }
}
