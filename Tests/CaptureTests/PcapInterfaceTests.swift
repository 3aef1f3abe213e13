import Capture
import Glibc
import Testing
import Wire

/// Whether this process may capture on the loopback interface.
let canCapture: Bool = {
  do throws(CaptureError) {
    _ = try PcapInterface(name: "lo")
    return true
  } catch { return false }
}()

/// A UDP socket bound to a free port of 127.0.0.1, which sends to itself.
struct LoopbackSocket: ~Copyable {
  let descriptor: Int32
  private(set) var port: UInt16 = 0

  init() {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe #expect(bind(descriptor, $0, length) == 0)
        unsafe #expect(getsockname(descriptor, $0, &length) == 0)
        unsafe #expect(connect(descriptor, $0, length) == 0)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }

  func send(_ number: UInt8, size: Int) {
    let payload = [UInt8](repeating: number, count: size)
    #expect(unsafe Glibc.send(descriptor, payload, size, 0) == size)
  }
}

struct `A live capture` {
  @Test(.enabled(if: canCapture, "capturing on lo needs root or CAP_NET_RAW, and lo up"))
  func `sees every packet once and in order, and drops none`() throws {
    let socket = LoopbackSocket()
    var options = PcapInterface.Options()
    options.filter = "udp dst port \(socket.port)"
    var capture = try PcapInterface(name: "lo", options: options)
    #expect(capture.linkType == .ethernet)
    #expect(try capture.read(limit: 10, timeout: .milliseconds(20)) { _ in } == .idle)

    for number in 0..<2000 { socket.send(UInt8(truncatingIfNeeded: number), size: 1000) }
    var numbers: [UInt8] = []
    var lengths: Set<[Int]> = []
    var times: [Timestamp] = []
    var idles = 0
    while numbers.count < 2000, idles < 50 {
      let outcome = try capture.read(limit: 64, timeout: .milliseconds(100)) { packet in
        // The payload begins behind 14 bytes of Ethernet, 20 of IPv4 and 8 of UDP.
        unsafe numbers.append(packet.bytes.unsafeLoad(fromByteOffset: 42, as: UInt8.self))
        lengths.insert([packet.wireBytes, packet.bytes.byteCount])
        times.append(packet.time)
      }
      if case .idle = outcome { idles += 1 }
    }
    #expect(numbers == (0..<2000).map { UInt8(truncatingIfNeeded: $0) })
    #expect(lengths == [[1042, 256]])
    #expect(times == times.sorted())
    #expect(try capture.read(limit: 10, timeout: .milliseconds(20)) { _ in } == .idle)
    #expect(try capture.droppedPackets() == 0)
  }

  @Test func `of an interface that does not exist is refused by its name`() {
    #expect(throws: CaptureError.noSuchInterface("nosuch0")) {
      _ = try PcapInterface(name: "nosuch0")
    }
  }

  @Test(.enabled(if: canCapture, "capturing on lo needs root or CAP_NET_RAW, and lo up"))
  func `with a filter that is none is refused`() {
    var options = PcapInterface.Options()
    options.filter = "udp porta 1"
    #expect {
      _ = try PcapInterface(name: "lo", options: options)
    } throws: { error in
      guard case CaptureError.badFilter("udp porta 1", _) = error else { return false }
      return true
    }
  }

  @Test func `in a namespace that does not exist is refused by its path`() {
    #expect {
      _ = try PcapInterface(name: "lo", networkNamespace: "/run/netns/nosuch0")
    } throws: { error in
      guard case CaptureError.noSuchNamespace("/run/netns/nosuch0") = error else { return false }
      return true
    }
  }

  @Test func `can name the interfaces that are here`() {
    #expect(interfaceNames().contains("lo"))
  }
}
