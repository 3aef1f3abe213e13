/// The module's only unsafe code: clocks, signals and UDP sockets behind safe interfaces.
import CLinux
import Glibc
import Synchronization
import Wire

/// Clocks of the kernel, in nanoseconds.
enum Clock {
  static var monotonic: Int64 { read(CLOCK_MONOTONIC) }
  static var boot: Int64 { read(CLOCK_BOOTTIME) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Sleeps until CLOCK_MONOTONIC tells this moment, or until a signal comes.
  static func sleep(until moment: Int64) {
    var time = timespec(
      tv_sec: Int(moment / 1_000_000_000), tv_nsec: Int(moment % 1_000_000_000))
    unsafe _ = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
  }
}

/// Has the kernel wake this thread exactly while it runs the body.
///
/// - Parameter isFirst: before every other thread, where that is permitted; the body must sleep most
///   of the time.
func withPrecision<Result, Failure: Error>(
  first isFirst: Bool, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let before = nemotop_precision_take(isFirst)
  defer { nemotop_precision_give_back(before) }
  return try body()
}

/// SIGINT, SIGTERM and SIGHUP as a flag, for programs that end at them with a summary.
package enum Interruption {
  private static let flag = Atomic<Bool>(false)

  /// Whether one of the signals came since `catchSignals`.
  package static var hasCome: Bool { flag.load(ordering: .relaxed) }

  /// From now on the signals set the flag, and end waiting system calls; a second one ends the
  /// program. A closed pipe is an error of writing, not the program's end.
  package static func catchSignals() {
    flag.store(false, ordering: .relaxed)
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in
      Interruption.flag.store(true, ordering: .relaxed)
    }
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    unsafe sigaction(SIGINT, &action, nil)
    unsafe sigaction(SIGTERM, &action, nil)
    if !isIgnored(SIGHUP) { unsafe sigaction(SIGHUP, &action, nil) }
    signal(SIGPIPE, SIG_IGN)
  }

  /// Whether the signal does nothing, as SIGHUP below nohup(1).
  package static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    let handler = unsafe action.__sigaction_handler.sa_handler
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

/// Lines on the program's standard streams, each written at once.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  package func write(_ line: String) throws(GeneratorError) {
    var rest = Array((line + "\n").utf8)[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(rawValue, bytes.baseAddress, bytes.count)
      }
      guard written >= 0 || errno == EINTR else { throw .cannotWrite(reason: reason(errno)) }
      rest = rest.dropFirst(max(written, 0))
    }
  }
}

/// The words for an errno.
func reason(_ code: Int32) -> String {
  unsafe String(cString: strerror(code))
}

/// The index of the interface with this name, or that is this number; 0 where there is none.
func interfaceIndex(_ name: String) -> UInt32 {
  let index = unsafe if_nametoindex(name)
  return index == 0 ? UInt32(name) ?? 0 : index
}

/// The name of the interface with this index.
func interfaceName(_ index: UInt32) -> String? {
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IF_NAMESIZE)) { buffer in
    guard let start = buffer.baseAddress, let name = unsafe if_indextoname(index, start) else {
      return nil
    }
    return unsafe String(cString: name)
  }
}

extension Endpoint {
  init(_ endpoint: nemotop_endpoint) {
    self.init(
      address: endpoint.version == 4
        ? IPAddress(ipv4: UInt32(truncatingIfNeeded: endpoint.low))
        : IPAddress(high: endpoint.high, low: endpoint.low),
      port: endpoint.port, scope: endpoint.scope)
  }

  var forKernel: nemotop_endpoint {
    nemotop_endpoint(
      high: address.high, low: address.low, scope: scope, port: port,
      version: address.isIPv4 ? 4 : 6)
  }
}

/// Datagrams of one size, one behind the other in memory.
struct DatagramBuffer: Sendable {
  let datagramBytes: Int
  private var bytes: [UInt8]

  /// Room for so many datagrams, filled from random numbers, so that they compress badly.
  init(datagramBytes: Int, count: Int, filler seed: UInt64? = nil) {
    self.datagramBytes = datagramBytes
    bytes = [UInt8](repeating: 0, count: datagramBytes * count)
    guard var filler = seed.map(Filler.init) else { return }
    for index in bytes.indices { bytes[index] = filler.next() }
  }

  var count: Int { bytes.count / datagramBytes }

  /// Writes the header at the start of the first datagrams, each with the next number.
  mutating func write(_ header: StreamHeader, times count: Int) {
    unsafe bytes.withUnsafeMutableBytes { raw in
      var header = header
      for start in stride(from: 0, to: count * datagramBytes, by: datagramBytes) {
        let datagram = unsafe UnsafeMutableRawBufferPointer(
          rebasing: raw[start..<start + datagramBytes])
        var span = unsafe datagram.mutableBytes
        header.serialize(into: &span)
        header.number += 1
      }
    }
  }

  /// Some bytes of one of the datagrams.
  func withDatagram(_ index: Int, bytes range: Range<Int>, _ body: (RawSpan) -> Void) {
    let start = index * datagramBytes
    body(bytes.rawSpan.extracting(start + range.lowerBound..<start + range.upperBound))
  }

  func withMemory<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe bytes.withUnsafeBytes(body)
  }

  mutating func withMutableMemory<Result>(
    _ body: (UnsafeMutableRawBufferPointer) -> Result
  ) -> Result {
    unsafe bytes.withUnsafeMutableBytes(body)
  }
}

/// A UDP socket, closed with its last user.
final class DatagramSocket: Sendable {
  /// The most datagrams of one call.
  static var batch: Int { nemotop_datagram_batch }

  private let descriptor: Int32

  init(isIPv4: Bool) throws(GeneratorError) {
    var descriptor: Int32 = -1
    let code = unsafe nemotop_datagram_open(isIPv4 ? 4 : 6, &descriptor)
    guard code == 0 else { throw .cannotOpen(reason: reason(code)) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func bind(_ local: Endpoint) throws(GeneratorError) {
    var endpoint = local.forKernel
    let code = unsafe nemotop_datagram_bind(descriptor, &endpoint)
    guard code == 0 else {
      let name = local.port == 0 ? "\(local.address)" : "\(local)"
      throw .cannotBind(name, reason: reason(code))
    }
  }

  /// - Parameter wait: the longest wait for room for a datagram, less than a second; zero for none.
  func connect(_ remote: Endpoint, wait: Duration) throws(GeneratorError) {
    var endpoint = remote.forKernel
    let milliseconds = Int32(wait.wholeNanoseconds / 1_000_000)
    let code = unsafe nemotop_datagram_connect(descriptor, &endpoint, milliseconds)
    guard code == 0 else { throw .cannotReach("\(remote)", reason: reason(code)) }
  }

  /// The endpoint that the socket is bound to.
  var local: Endpoint {
    get throws(GeneratorError) {
      var endpoint = nemotop_endpoint()
      let code = unsafe nemotop_datagram_local(descriptor, &endpoint)
      guard code == 0 else { throw .cannotOpen(reason: reason(code)) }
      return Endpoint(endpoint)
    }
  }

  /// Makes it tell times and destinations and take super-packets whole, with a big buffer.
  func listen(bufferBytes: Int) throws(GeneratorError) {
    let code = nemotop_datagram_listen(descriptor, Int32(bufferBytes))
    guard code == 0 else { throw .cannotOpen(reason: reason(code)) }
  }

  /// Receives what is there, at most `limit` datagrams or super-packets, waiting at most so long for
  /// the first: one element for each.
  func receive(
    into buffer: inout DatagramBuffer, limit: Int, milliseconds: Int
  ) throws(GeneratorError) -> [nemotop_arrival] {
    let capacity = min(buffer.count, Self.batch, limit)
    let size = buffer.datagramBytes
    var code: Int32 = 0
    let arrivals = unsafe [nemotop_arrival](unsafeUninitializedCapacity: capacity) { slots, count in
      code = unsafe buffer.withMutableMemory { memory in
        unsafe nemotop_datagram_receive(
          descriptor, memory.baseAddress, size, slots.baseAddress, Int32(capacity),
          Int32(milliseconds))
      }
      count = Int(max(code, 0))
    }
    guard code >= 0 else { throw .cannotReceive("\(try local)", reason: reason(-code)) }
    return arrivals
  }

  /// Whether the kernel cuts super-packets.
  var canSegment: Bool { nemotop_datagram_can_segment(descriptor) }

  /// How many datagrams and super-packets it dropped for want of room, modulo 2^32.
  var drops: UInt32 {
    var drops: UInt32 = 0
    unsafe _ = nemotop_datagram_drops(descriptor, &drops)
    return drops
  }
}

extension DatagramSocket: PacketSink {
  func send(_ buffer: DatagramBuffer, _ range: Range<Int>) -> (taken: Int, code: Int32) {
    var code: Int32 = 0
    let taken = unsafe buffer.withMemory { memory in
      unsafe nemotop_datagram_send(
        descriptor, memory.baseAddress?.advanced(by: range.lowerBound * buffer.datagramBytes),
        buffer.datagramBytes, Int32(range.count), &code)
    }
    return (Int(taken), code)
  }

  func sendTogether(
    _ buffer: DatagramBuffer, _ range: Range<Int>
  ) -> (taken: Int, code: Int32) {
    let code = unsafe buffer.withMemory { memory in
      unsafe nemotop_datagram_send_segments(
        descriptor, memory.baseAddress?.advanced(by: range.lowerBound * buffer.datagramBytes),
        UInt16(buffer.datagramBytes), Int32(range.count))
    }
    return (code == 0 ? range.count : 0, code)
  }

  func forgetErrors() { nemotop_datagram_forget_errors(descriptor) }
}

/// Bytes that compress badly: SplitMix64.
private struct Filler {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt8 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return UInt8(truncatingIfNeeded: mixed ^ mixed >> 31)
  }
}
