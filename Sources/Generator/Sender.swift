package import Streams
import Wire

/// Sends numbered packets at a steady rate (see `Pacer`), several streams in turn.
///
/// Numbers stand for packets handed to the kernel. One that the kernel refuses is gone like a packet
/// lost on the way, and is counted; nothing that the network tells ends the stream.
package struct Sender: ~Copyable, Sendable {
  /// How long before a packet's time the sleep ends and the spin begins, in nanoseconds.
  private static var spin: Int64 { 60_000 }
  /// The longest sleep in nanoseconds, after which it looks whether it was stopped.
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
  private var report = SenderReport()
  private var start: Int64 = 0

  /// Opens a socket for each stream.
  package init(_ configuration: SenderConfiguration) throws(GeneratorError) {
    try configuration.validate()
    self.init(configuration, streams: try Self.open(configuration))
  }

  private init(_ configuration: SenderConfiguration, streams: [Stream]) {
    self.configuration = configuration
    self.streams = streams
    // At most a megabyte of memory.
    buffer = DatagramBuffer(
      datagramBytes: configuration.payloadBytes,
      count: min(DatagramSocket.batch, (1 << 20) / configuration.payloadBytes),
      filler: .random(in: 0 ... .max))
  }

  private static func open(_ configuration: SenderConfiguration) throws(GeneratorError) -> [Stream]
  {
    var streams: [Stream] = []
    for index in 0..<configuration.streams {
      let socket = try DatagramSocket(isIPv4: configuration.destination.address.isIPv4)
      try socket.bind(configuration.source(ofStream: index))
      try socket.connect(configuration.destination)
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
    start = Clock.monotonic
    let end = Self.sum(start, configuration.duration?.wholeNanoseconds ?? .max)
    let step = max(interval?.wholeNanoseconds ?? .max, 1)
    var nextReport = Self.sum(start, step)
    var reported = report
    var pacer = Pacer(
      rate: PacketRate(configuration.rate, streams: streams.count), start: start, end: end)
    var rest = packetLimit
    var turn = 0
    while !isStopped() {
      let now = Clock.monotonic
      if now >= nextReport {
        report.duration = .nanoseconds(now - start)
        progress(report.since(reported))
        reported = report
        nextReport = Self.sum(nextReport, (now - nextReport) / step * step + step)
      }
      let due = pacer.take(at: now, limit: min(rest, buffer.count * streams.count))
      let wake = min(pacer.next, end, nextReport)
      if due > 0 {
        rest -= due
        try send(due, from: &turn, at: now)
        report.pauses = pacer.pauses
        report.paused = .nanoseconds(pacer.paused)
      } else if now >= end || rest == 0 && now >= pacer.next {
        // Every packet has its slot, so that a run of n packets lasts n spacings.
        break
      } else if wake - now > Self.spin {
        Clock.sleep(until: min(wake - Self.spin, now + Self.longestSleep))
      }
    }
    report.duration = .nanoseconds(Clock.monotonic - start)
    return report
  }

  /// Packets of all streams together.
  private var packetLimit: Int {
    guard let count = configuration.count else { return .max }
    let (product, overflow) = count.multipliedReportingOverflow(by: streams.count)
    return overflow ? .max : product
  }

  /// Sends so many packets, the streams taking turns from the one at `turn` on.
  private mutating func send(_ count: Int, from turn: inout Int, at now: Int64)
    throws(GeneratorError)
  {
    let times = (real: Timestamp.now, boot: UInt64(Clock.boot))
    for offset in 0..<min(count, streams.count) {
      let index = (turn + offset) % streams.count
      let share = (count - offset - 1) / streams.count + 1
      let stream = streams[index]
      let ticks = UInt32(truncatingIfNeeded: (now - start) / 1000 * 9 / 100)
      for place in 0..<share {
        buffer.write(
          StreamHeader(
            timestamp: stream.timestampOffset &+ ticks,
            synchronizationSource: stream.synchronizationSource,
            number: stream.number + UInt64(place), realTime: times.real, bootTime: times.boot),
          at: place)
      }
      streams[index].number += UInt64(share)
      try hand(share, to: stream.socket)
    }
    turn = (turn + count) % streams.count
  }

  /// Hands the first packets of the buffer to the kernel.
  private mutating func hand(_ count: Int, to socket: DatagramSocket) throws(GeneratorError) {
    var done = 0
    var wasTriedAgain = false
    while done < count {
      let (taken, code) = socket.send(buffer, done..<count)
      if taken > 0 { wasTriedAgain = false }
      done += taken
      report.packets += taken
      report.bytes += taken * configuration.payloadBytes
      guard taken == 0 else { continue }
      switch SendFailure(code) {
      case .interrupted:
        continue
      case .refused:
        report.refused += 1
        done += 1
      case .tooLarge:
        throw .cannotSend("\(configuration.destination)", reason: reason(code))
      case .network where !wasTriedAgain:
        // It may be about an earlier packet: ICMP errors are told once, by a call that sends nothing.
        socket.forgetErrors()
        wasTriedAgain = true
        report.networkErrors += 1
        report.lastNetworkError = reason(code)
      case .network:
        report.unsent += 1
        done += 1
        wasTriedAgain = false
      }
    }
  }

  private static func sum(_ moment: Int64, _ span: Int64) -> Int64 {
    let (sum, overflow) = moment.addingReportingOverflow(span)
    return overflow ? .max : sum
  }
}
