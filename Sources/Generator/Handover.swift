/// What takes packets: a connected socket.
protocol PacketSink {
  /// Sends the packets one by one: how many were taken, and the errno that the next one met.
  func send(_ buffer: DatagramBuffer, _ range: Range<Int>) -> (taken: Int, code: Int32)

  /// Sends the packets as one super-packet: all of them are taken, or none.
  func sendTogether(_ buffer: DatagramBuffer, _ range: Range<Int>) -> (taken: Int, code: Int32)

  /// Empties the queue of errors that ICMP told.
  func forgetErrors()
}

/// Hands bursts to the kernel, and counts what becomes of each packet, whether it goes by itself or in
/// a super-packet.
struct Handover: Sendable {
  private let destination: Endpoint
  private let mustOffload: Bool
  /// Whether room is waited for; else a full buffer is a refusal.
  private let waits: Bool
  /// The most packets that go as one; 1 where each goes by itself.
  private(set) var segmentLimit: Int
  var report = SenderReport()

  init(_ configuration: SenderConfiguration, segmentLimit: Int) {
    destination = configuration.destination
    mustOffload = configuration.offload == .on
    waits = configuration.rate == nil
    self.segmentLimit = segmentLimit
  }

  /// Hands over the first packets of the buffer; those that are left when it is stopped, while it waits
  /// for room, are not sent, and not counted.
  mutating func hand(
    _ count: Int, of buffer: DatagramBuffer, to sink: some PacketSink, isStopped: () -> Bool
  ) throws(GeneratorError) {
    var done = 0
    var wasTriedAgain = false
    while done < count {
      let segments = min(segmentLimit, count - done)
      let isTogether = segments > 1
      let (taken, code) =
        isTogether
        ? sink.sendTogether(buffer, done..<done + segments) : sink.send(buffer, done..<count)
      if taken > 0 {
        done += taken
        report.packets += taken
        report.bytes += taken * buffer.datagramBytes
        report.superPackets += isTogether ? 1 : 0
        wasTriedAgain = false
        continue
      }
      switch SendFailure(code, ofSuperPacket: isTogether) {
      case .interrupted:
        if isStopped() { return }
      case .full where waits:
        if isStopped() { return }
      case .full, .refused:
        report.refused += segments
        done += segments
      case .tooLarge where !wasTriedAgain:
        sink.forgetErrors()
        wasTriedAgain = true
      case .tooLarge where isTogether, .uncut:
        try sendSingly(code)
        wasTriedAgain = false
      case .tooLarge:
        throw .cannotSend("\(destination)", reason: reason(code))
      case .network where !wasTriedAgain:
        // It may be about an earlier packet: ICMP errors are told once, by a call that sends nothing.
        sink.forgetErrors()
        wasTriedAgain = true
        report.networkErrors += 1
        report.lastNetworkError = reason(code)
      case .network:
        report.unsent += segments
        done += segments
        wasTriedAgain = false
      }
    }
  }

  /// From now on each packet goes by itself, those among them that were just refused as one.
  private mutating func sendSingly(_ code: Int32) throws(GeneratorError) {
    guard !mustOffload else {
      throw .cannotOffload("\(destination)", reason: reason(code))
    }
    segmentLimit = 1
    report.offloadRefusal = reason(code)
  }
}
