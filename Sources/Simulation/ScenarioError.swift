import Wire

/// What is wrong with a scenario.
package enum ScenarioError: Error, Equatable, Sendable {
  /// The scenario has this many streams, servers or packets; these are allowed.
  case streamCount(Int, allowed: ClosedRange<Int>)
  case serverCount(Int, allowed: ClosedRange<Int>)
  case packetCount(Int, allowed: ClosedRange<Int>)
  /// Packets a second of a stream.
  case rate(Int, allowed: ClosedRange<Int>)
  /// Bytes of UDP payload.
  case size(Int, allowed: ClosedRange<Int>)
  /// A probability that is none.
  case probability(Double)
  /// A mean burst of losses below 1.
  case lossBurst(Double)
  /// A time or length that is negative, or beyond what a run can last.
  case duration(Duration, allowed: ClosedRange<Duration>)
  /// Pacing jitter that is not below the spacing of every stream.
  case pacingJitter(Duration)
  /// The move at this time begins before the one before it is done, or before its server has sent
  /// its Binding Update; or a pause begins within another or within a move's.
  case overlap(at: Duration)
  /// The move at this time goes to a server that does not exist, or to where the guest is.
  case destination(at: Duration)
  /// A clock offset for a point that the scenario does not have.
  case unknownPoint(String)
}

extension Scenario {
  /// The numbers that a run can hold, all streams together: every packet of every point can be had
  /// while it exists, so that this bounds its memory to some hundreds of megabytes.
  package static var packetCounts: ClosedRange<Int> { 0...2_000_000 }
  package static var streamCounts: ClosedRange<Int> { 1...1000 }
  package static var serverCounts: ClosedRange<Int> { 1...100 }
  package static var rates: ClosedRange<Int> { 1...1_000_000 }
  /// From the smallest datagram to one that fills a frame of 1500 bytes in its tunnel.
  package static var sizes: ClosedRange<Int> { 40...1412 }
  /// What a time or a length may be.
  package static var times: ClosedRange<Duration> { .zero...(.seconds(1_000_000)) }

  func validate() throws(ScenarioError) {
    guard Self.streamCounts.contains(streams.count) else {
      throw .streamCount(streams.count, allowed: Self.streamCounts)
    }
    guard Self.serverCounts.contains(servers.count) else {
      throw .serverCount(servers.count, allowed: Self.serverCounts)
    }
    try Self.check([duration, accessDelay, anchorDelay, pacingJitter])
    try Self.check(hop: onward)
    for server in servers {
      try Self.check(hop: server.crossing)
      try Self.check(hop: server.path)
    }
    for stream in streams { try validate(stream) }
    let packets = streams.reduce(0.0) { $0 + duration.seconds * Double($1.packetsPerSecond) }
    guard packets <= Double(Self.packetCounts.upperBound) else {
      throw .packetCount(Int(packets), allowed: Self.packetCounts)
    }
    try validateMoves()
    for point in clockOffsets.keys.sorted() where !pointNames.contains(point) {
      throw .unknownPoint(point)
    }
  }

  private func validate(_ stream: Stream) throws(ScenarioError) {
    guard Self.rates.contains(stream.packetsPerSecond) else {
      throw .rate(stream.packetsPerSecond, allowed: Self.rates)
    }
    guard Self.sizes.contains(stream.payloadBytes) else {
      throw .size(stream.payloadBytes, allowed: Self.sizes)
    }
    try Self.check([stream.phase])
    guard pacingJitter == .zero || pacingJitter < .seconds(1) / stream.packetsPerSecond else {
      throw .pacingJitter(pacingJitter)
    }
  }

  private func validateMoves() throws(ScenarioError) {
    var server = 0
    var settled = Duration.zero
    for move in moves {
      try Self.check([move.time, move.pause, move.bindingDelay])
      guard move.time >= settled else { throw .overlap(at: move.time) }
      guard servers.indices.contains(move.server), move.server != server else {
        throw .destination(at: move.time)
      }
      server = move.server
      settled = move.time + move.pause + move.bindingDelay
    }
    for pause in pauses { try Self.check([pause.time, pause.length]) }
    var end = Duration.zero
    for pause in interruptions {
      guard pause.time >= end else { throw .overlap(at: pause.time) }
      end = pause.time + pause.length
    }
  }

  private static func check(hop: Hop) throws(ScenarioError) {
    try check([hop.delay, hop.variation, hop.duplicateDelay, hop.reorderingDelay])
    for probability in [hop.loss, hop.duplication, hop.reordering]
    where !(0...1).contains(probability) {
      throw .probability(probability)
    }
    guard hop.lossBurst >= 1 else { throw .lossBurst(hop.lossBurst) }
  }

  private static func check(_ durations: [Duration]) throws(ScenarioError) {
    for duration in durations where !times.contains(duration) {
      throw .duration(duration, allowed: times)
    }
  }
}

extension Duration {
  fileprivate var seconds: Double { Double(wholeNanoseconds) / 1e9 }
}
