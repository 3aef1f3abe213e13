import Glibc
import Testing
import Wire

@testable import Generator

/// A kernel that answers as it is told to, and keeps what it was given.
private final class ToldKernel: PacketSink {
  /// One call: the packets in it, and whether they came as one.
  struct Call: Equatable, CustomStringConvertible {
    var range: Range<Int>
    var isTogether = false

    var description: String { "\(range)\(isTogether ? " together" : "")" }
  }

  /// The errnos of the next calls; 0 takes everything, and so do all calls after them.
  private var codes: [Int32]
  private(set) var calls: [Call] = []
  /// The packets that it took.
  private(set) var taken: [Int] = []
  private(set) var forgotten = 0

  init(_ codes: [Int32] = []) {
    self.codes = codes
  }

  private func answer(_ call: Call) -> (taken: Int, code: Int32) {
    calls.append(call)
    let code = codes.isEmpty ? 0 : codes.removeFirst()
    guard code == 0 else { return (0, code) }
    taken += Array(call.range)
    return (call.range.count, 0)
  }

  func send(_ buffer: DatagramBuffer, _ range: Range<Int>) -> (taken: Int, code: Int32) {
    answer(Call(range: range))
  }

  func sendTogether(_ buffer: DatagramBuffer, _ range: Range<Int>) -> (taken: Int, code: Int32) {
    answer(Call(range: range, isTogether: true))
  }

  func forgetErrors() { forgotten += 1 }
}

struct HandoverTests {
  private static func configuration(_ offload: SenderConfiguration.Offload) -> SenderConfiguration {
    var configuration = SenderConfiguration(
      destination: Endpoint(address: IPAddress(high: 0, low: 1), port: 5004))
    configuration.offload = offload
    return configuration
  }

  /// Hands over packets of 100 bytes, of which `segmentLimit` go as one.
  private static func hand(
    _ count: Int, to kernel: ToldKernel, segmentLimit: Int = 10,
    offload: SenderConfiguration.Offload = .auto, isLimited: Bool = true,
    isStopped: () -> Bool = { false }
  ) throws -> Handover {
    var configuration = configuration(offload)
    if !isLimited { configuration.speed = .unlimited }
    var handover = Handover(configuration, segmentLimit: segmentLimit)
    try handover.hand(
      count, of: DatagramBuffer(datagramBytes: 100, count: count), to: kernel,
      isStopped: isStopped)
    return handover
  }

  @Test(arguments: [40, 64, 1000, 1200, 1234, 21_829, 32_743, 32_744, 65_487], [false, true])
  func `a super-packet holds what fits, and no packet twice`(size: Int, isIPv4: Bool) throws {
    let limit = SuperPacket.segmentLimit(payloadBytes: size, isIPv4: isIPv4)
    let room = isIPv4 ? 65_507 : 65_487
    #expect(limit >= 1 && limit <= 64)
    #expect(limit * size <= room)
    #expect(limit == 64 || (limit + 1) * size > room)
    for count in [1, 2, limit - 1, limit, limit + 1, 2 * limit, 5 * limit + 3] where count > 0 {
      let kernel = ToldKernel()
      let report = try Self.hand(count, to: kernel, segmentLimit: limit).report
      #expect(kernel.taken == Array(0..<count))
      #expect(report.packets == count)
      #expect(report.bytes == count * 100)
      for call in kernel.calls {
        #expect(call.isTogether == (limit > 1 && call.range.count > 1))
        if call.isTogether { #expect(call.range.count <= limit) }
      }
      #expect(report.superPackets == kernel.calls.count { $0.isTogether })
      // Packets that go singly go in one call.
      #expect(kernel.calls.count == (limit > 1 ? (count + limit - 1) / limit : 1))
    }
  }

  @Test(arguments: [ENOBUFS, EAGAIN, ENOMEM])
  func `a super-packet that is refused is as many packets refused`(code: Int32) throws {
    let kernel = ToldKernel([0, code, 0])
    let report = try Self.hand(25, to: kernel).report
    #expect(kernel.taken == Array(0..<10) + Array(20..<25))
    #expect(report.packets == 15)
    #expect(report.bytes == 1500)
    #expect(report.refused == 10)
    #expect(report.superPackets == 2)
    #expect(report.offloadRefusal == nil)
  }

  @Test(arguments: [EIO, EINVAL])
  func `where the kernel does not cut, the same packets go singly, and all after them`(
    code: Int32
  ) throws {
    let kernel = ToldKernel([0, code])
    var handover = try Self.hand(25, to: kernel)
    #expect(
      kernel.calls == [
        .init(range: 0..<10, isTogether: true), .init(range: 10..<20, isTogether: true),
        .init(range: 10..<25),
      ])
    #expect(kernel.taken == Array(0..<25))
    try handover.hand(
      5, of: DatagramBuffer(datagramBytes: 100, count: 5), to: kernel, isStopped: { false })
    #expect(kernel.calls.last == .init(range: 0..<5))
    #expect(handover.report.packets == 30)
    #expect(handover.report.superPackets == 1)
    #expect(handover.report.refused == 0)
    #expect(handover.report.unsent == 0)
    #expect(handover.report.networkErrors == 0)
    #expect(handover.report.offloadRefusal == reason(code))
  }

  @Test func `packets over the path's length go singly once that is sure`() throws {
    let kernel = ToldKernel([EMSGSIZE, EMSGSIZE])
    let report = try Self.hand(10, to: kernel).report
    #expect(kernel.calls.map(\.isTogether) == [true, true, false])
    #expect(kernel.forgotten == 1)
    #expect(report.packets == 10)
    #expect(report.superPackets == 0)
    #expect(report.offloadRefusal == reason(EMSGSIZE))
  }

  @Test func `a length that ICMP told of an earlier packet changes nothing`() throws {
    let kernel = ToldKernel([EMSGSIZE, 0, EMSGSIZE])
    let report = try Self.hand(20, to: kernel).report
    #expect(kernel.taken == Array(0..<20))
    #expect(report.packets == 20)
    #expect(report.superPackets == 2)
    #expect(report.networkErrors == 0)
    #expect(report.offloadRefusal == nil)
  }

  @Test func `a packet that goes not even singly ends the run`() throws {
    #expect(throws: GeneratorError.cannotSend("[::1]:5004", reason: reason(EMSGSIZE))) {
      try Self.hand(10, to: ToldKernel([EMSGSIZE, EMSGSIZE, EMSGSIZE, EMSGSIZE]))
    }
  }

  @Test(arguments: [[EIO], [EINVAL], [EMSGSIZE, EMSGSIZE]])
  func `who demands super-packets is told that there are none`(codes: [Int32]) throws {
    let kernel = ToldKernel(codes)
    let error = try #require(throws: GeneratorError.self) {
      try Self.hand(10, to: kernel, offload: .on)
    }
    #expect(error == .cannotOffload("[::1]:5004", reason: reason(codes[0])))
    #expect(kernel.taken.isEmpty)
  }

  @Test func `a fault of the network is told once, and the packets are tried again`() throws {
    let kernel = ToldKernel([ECONNREFUSED, 0, EPERM, EPERM, EINTR, 0])
    let report = try Self.hand(25, to: kernel).report
    #expect(kernel.taken == Array(0..<10) + Array(20..<25))
    #expect(report.packets == 15)
    #expect(report.unsent == 10)
    #expect(report.networkErrors == 2)
    #expect(report.lastNetworkError == reason(EPERM))
    #expect(report.offloadRefusal == nil)
  }

  @Test func `without a limit to the rate room is waited for, and nothing is refused`() throws {
    let kernel = ToldKernel([EAGAIN, 0, EAGAIN, EINTR, 0])
    let report = try Self.hand(25, to: kernel, isLimited: false).report
    #expect(kernel.taken == Array(0..<25))
    #expect(report.packets == 25)
    #expect(report.refused == 0)
  }

  @Test(arguments: [EAGAIN, EINTR])
  func `who waits for room can be stopped`(code: Int32) throws {
    let kernel = ToldKernel([0] + Array(repeating: code, count: 10))
    let report = try Self.hand(
      25, to: kernel, isLimited: false, isStopped: { kernel.calls.count == 5 }
    ).report
    #expect(kernel.taken == Array(0..<10))
    #expect(kernel.calls.count == 5)
    #expect(report.packets == 10)
    #expect(report.refused + report.unsent + report.networkErrors == 0)
  }

  @Test func `of packets that go singly one is refused, not the rest`() throws {
    let kernel = ToldKernel([ENOBUFS, EPERM, EPERM, 0])
    let report = try Self.hand(25, to: kernel, segmentLimit: 1).report
    #expect(kernel.taken == Array(2..<25))
    #expect(report.packets == 23)
    #expect(report.refused == 1)
    #expect(report.unsent == 1)
  }
}
