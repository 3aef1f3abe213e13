import Wire

extension Truth {
  /// Gathers the truth from the passage itself, without a look at any frame's bytes.
  init(of scenario: Scenario, _ passage: Simulation.Passage, _ frames: Frames) {
    seed = scenario.seed
    registrations = passage.registrations
    let places = Array(zip(Place.all(of: scenario), scenario.pointNames))
    points = places.map { place, name in
      let seen = passage.sightings[place] ?? []
      return Point(
        name: name, packets: seen.count,
        wireBytes: seen.reduce(0) { $0 + frames.byteCount(of: $1) })
    }
    var tallies = scenario.streams.indices.map { stream in
      places.map { Tally(point: $1, numbers: passage.departures[stream].count) }
    }
    for (index, (place, _)) in places.enumerated() {
      for sighting in passage.sightings[place] ?? [] where !sighting.isSignalling {
        tallies[Int(sighting.stream)][index].add(
          sighting, figures: place != .anchor || sighting.form == Sighting.direct,
          wireBytes: frames.byteCount(of: sighting))
      }
    }
    streams = scenario.streams.indices.map { index in
      let stream = scenario.streams[index]
      return Stream(
        source: Addresses.guest, sourcePort: stream.port, destination: Addresses.correspondent,
        destinationPort: stream.port,
        spacing: .nanoseconds(1_000_000_000 / Int64(stream.packetsPerSecond)),
        payloadBytes: stream.payloadBytes, firstNumber: stream.firstNumber,
        fates: passage.fates[index],
        passages: tallies[index].map { $0.passage(of: stream, from: scenario.start) },
        moves: Self.moves(of: index, scenario, passage))
    }
  }

  /// Counts what a point sees of a stream.
  private struct Tally {
    let point: String
    var packets = 0
    var wireBytes = 0
    var first: Int64?
    var last: Int64?
    var isSeen: [Bool]
    var next: Int32 = 0
    var duplicates = 0
    var reordered = 0

    init(point: String, numbers: Int) {
      self.point = point
      isSeen = Array(repeating: false, count: numbers)
    }

    /// - Parameter figures: Whether its number counts, not only its bytes.
    mutating func add(_ sighting: Sighting, figures: Bool, wireBytes bytes: Int) {
      packets += 1
      wireBytes += bytes
      first = first ?? sighting.time
      last = sighting.time
      guard figures else { return }
      if isSeen[Int(sighting.index)] {
        duplicates += 1
        return
      }
      isSeen[Int(sighting.index)] = true
      if sighting.index < next { reordered += 1 }
      next = max(next, sighting.index + 1)
    }

    func passage(of stream: Scenario.Stream, from start: Timestamp) -> Passage {
      let udp = stream.payloadBytes
      let ip = udp + UDPHeader.byteCount + IPv6Header.byteCount
      return Passage(
        point: point, packets: packets, ipBytes: packets * ip, udpBytes: packets * udp,
        wireBytes: wireBytes, first: first.map { start + .nanoseconds($0) },
        last: last.map { start + .nanoseconds($0) },
        numbers: isSeen.runs { $0 }.map {
          stream.firstNumber + Int64($0.lowerBound)...stream.firstNumber + Int64($0.upperBound)
        }, duplicates: duplicates, reordered: reordered)
    }
  }
}
