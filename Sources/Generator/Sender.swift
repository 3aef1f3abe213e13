package import Streams
import Wire

/// Sends numbered packets at a steady rate (see `Pacer`), several streams in turn.
///
/// Numbers stand for packets handed to the kernel. One that the kernel refuses is gone like a packet
/// lost on the way, and is counted (see `Handover`); nothing that the network tells ends the stream.
package struct Sender: ~Copyable, Sendable {
  /// The shortest spacing of packets, in nanoseconds, in which it sleeps.
  private static var shortestSleep: Int64 { 60_000 }
  /// The longest time before a packet's own at which the sleep ends and the spin begins: waking up
  /// takes 10 to 50 µs.
  private static var longestSpin: Int64 { 60_000 }
  /// The longest sleep, and the longest wait for room, in nanoseconds, after which it looks whether it
  /// was stopped.
  private static var longestSleep: Int64 { 50_000_000 }

  private struct Stream {
    let socket: DatagramSocket
    let key: StreamKey
    let synchronizationSource: UInt32
    let timestampOffset: UInt32
    var number: UInt64 = 0
  }

  private let configuration: SenderConfiguration
  private var streams: [Stream]
  private var buffer: DatagramBuffer
  private var handover: Handover
  private var start: Int64 = 0

  /// Opens a socket for each stream.
  package init(_ configuration: SenderConfiguration) throws(GeneratorError) {
    try configuration.validate()
    let streams = try Self.open(configuration)
    let canSegment = streams.allSatisfy(\.socket.canSegment)
    guard canSegment || configuration.offload != .on else {
      throw .cannotOffload(
        "\(configuration.destination)", reason: "this kernel has no UDP_SEGMENT")
    }
    self.init(
      configuration, streams: streams, segmentLimit: canSegment ? configuration.segmentLimit : 1)
  }

  private init(_ configuration: SenderConfiguration, streams: [Stream], segmentLimit: Int) {
    self.configuration = configuration
    self.streams = streams
    handover = Handover(configuration, segmentLimit: segmentLimit)
    // A super-packet, or at most a megabyte of memory.
    let batch = min(DatagramSocket.batch, (1 << 20) / configuration.payloadBytes)
    buffer = DatagramBuffer(
      datagramBytes: configuration.payloadBytes, count: segmentLimit > 1 ? segmentLimit : batch,
      filler: .random(in: 0 ... .max))
  }

  private static func open(_ configuration: SenderConfiguration) throws(GeneratorError) -> [Stream]
  {
    var streams: [Stream] = []
    for index in 0..<configuration.streams {
      let socket = try DatagramSocket(isIPv4: configuration.destination.address.isIPv4)
      try socket.bind(configuration.source(ofStream: index))
      try socket.connect(
        configuration.destination,
        wait: configuration.rate == nil ? .nanoseconds(longestSleep) : .zero)
      let local = try socket.local
      let key = StreamKey(
        source: local.address, sourcePort: local.port,
        destination: configuration.destination.address,
        destinationPort: configuration.destination.port)
      streams.append(
        Stream(
          socket: socket, key: key, synchronizationSource: .random(in: 0 ... .max),
          timestampOffset: .random(in: 0 ... .max)))
    }
    return streams
  }

  /// The streams that it sends.
  package var keys: [StreamKey] { streams.map(\.key) }

  /// Sends until the duration or the count is reached, or until it is stopped.
  ///
  /// - Parameters:
  ///   - interval: how often `progress` is told what was sent since the last time; nil for never.
  ///   - isStopped: asked before each burst and at least every 50 ms.
  package mutating func run(
    interval: Duration? = nil, isStopped: () -> Bool, progress: (SenderReport) -> Void = { _ in }
  ) throws(GeneratorError) -> SenderReport {
    try withPrecision(first: spin != nil) { () throws(GeneratorError) in
      try sendAll(interval: interval, isStopped: isStopped, progress: progress)
    }
    return handover.report
  }

  /// How long before a packet's time the spin begins, at most a third of the spacing, in nanoseconds;
  /// nil where there is no time to sleep.
  private var spin: Int64? {
    guard let spacing = configuration.totalRate?.time(of: 1), spacing >= Self.shortestSleep else {
      return nil
    }
    return Int64(min(spacing / 3, UInt64(Self.longestSpin)))
  }

  private mutating func sendAll(
    interval: Duration?, isStopped: () -> Bool, progress: (SenderReport) -> Void
  ) throws(GeneratorError) {
    start = Clock.monotonic
    let end = Self.sum(start, configuration.duration?.wholeNanoseconds ?? .max)
    let step = max(interval?.wholeNanoseconds ?? .max, 1)
    var nextReport = Self.sum(start, step)
    var reported = handover.report
    var pacer = Pacer(rate: configuration.totalRate, start: start, end: end)
    var rest = packetLimit
    var turn = 0
    let spin = spin
    while !isStopped() {
      let now = Clock.monotonic
      if now >= nextReport {
        handover.report.duration = .nanoseconds(now - start)
        progress(handover.report.since(reported))
        reported = handover.report
        nextReport = Self.sum(nextReport, (now - nextReport) / step * step + step)
      }
      let due = pacer.take(at: now, limit: min(rest, buffer.count * streams.count))
      let wake = min(pacer.next, end, nextReport)
      if due > 0 {
        rest -= due
        try send(
          due, from: &turn, at: now, isStopped: { isStopped() || Clock.monotonic >= end })
        handover.report.pauses = pacer.pauses
        handover.report.paused = .nanoseconds(pacer.paused)
      } else if now >= end || rest == 0 && now >= pacer.next {
        // Every packet has its slot, so that a run of n packets lasts n spacings.
        break
      } else if let spin, wake - now > spin {
        Clock.sleep(until: min(wake - spin, now + Self.longestSleep))
      }
    }
    handover.report.duration = .nanoseconds(Clock.monotonic - start)
  }

  /// Packets of all streams together.
  private var packetLimit: Int {
    guard let count = configuration.count else { return .max }
    let (product, overflow) = count.multipliedReportingOverflow(by: streams.count)
    return overflow ? .max : product
  }

  /// Sends so many packets, the streams taking turns from the one at `turn` on.
  private mutating func send(
    _ count: Int, from turn: inout Int, at now: Int64, isStopped: () -> Bool
  ) throws(GeneratorError) {
    let ticks = UInt32(truncatingIfNeeded: (now - start) / 1000 * 9 / 100)
    for offset in 0..<min(count, streams.count) {
      let index = (turn + offset) % streams.count
      let share = (count - offset - 1) / streams.count + 1
      let stream = streams[index]
      buffer.write(
        StreamHeader(
          timestamp: stream.timestampOffset &+ ticks,
          synchronizationSource: stream.synchronizationSource, number: stream.number,
          realTime: .now, bootTime: UInt64(Clock.boot)),
        times: share)
      streams[index].number += UInt64(share)
      try handover.hand(share, of: buffer, to: stream.socket, isStopped: isStopped)
    }
    turn = (turn + count) % streams.count
  }

  private static func sum(_ moment: Int64, _ span: Int64) -> Int64 {
    let (sum, overflow) = moment.addingReportingOverflow(span)
    return overflow ? .max : sum
  }
}
