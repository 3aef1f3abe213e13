import Wire

/// What became of a number.
package enum Fate: UInt8, Sendable, CaseIterable {
  /// It arrived at the correspondent node.
  case delivered
  /// It was consumed, but seen at no point.
  case lostUnseen
  /// It was seen at the virtual interface, not at the server's external one.
  case lostServer
  /// The home agent was no longer bound to where it came from.
  case lostBehind
  /// The home agent was not bound yet to where it came from.
  case unbound
  /// It was lost between the external interface and the correspondent node in any other way.
  case lostPath
}

/// The guest's packets on their way through the points, hop by hop: what each point sees, and what
/// becomes of each number.
///
/// Times are nanoseconds since the scenario's start, by a true clock.
struct Passage {
  /// One copy of a packet under way.
  private struct Flight {
    var time: Int64
    var stream: Int32
    /// Its number, counted from the stream's first.
    var index: Int32
    var stay: Int32
  }

  /// By stream, when each number left the guest.
  private(set) var departures: [[Int64]]
  /// By stream, what became of each number.
  private(set) var fates: [[Fate]]
  /// By place, in the order of their times once all have passed.
  private(set) var sightings: [Place: [Sighting]] = [:]
  let registrations: [Registration]
  let itinerary: Itinerary
  private let scenario: Scenario

  init(_ scenario: Scenario) {
    self.scenario = scenario
    itinerary = Itinerary(scenario)
    registrations = Registration.all(of: scenario, itinerary)
    departures = Self.departures(of: scenario, itinerary)
    fates = departures.map { Array(repeating: .lostUnseen, count: $0.count) }
    seeSignalling()
    var flights = leaveGuest()
    flights = pass(
      flights, over: scenario.servers.map(\.crossing), lane: .crossing, losing: .lostServer)
    flights = holdUntilBound(flights)
    for flight in flights { see(flight, at: .external(server(of: flight)), from: flight.stay) }
    flights = pass(flights, over: scenario.servers.map(\.path), lane: .path, losing: .lostPath)
    flights = passAnchor(flights)
    flights = pass(flights, over: [scenario.onward], lane: .onward, losing: .lostPath)
    for flight in flights {
      see(flight, at: .correspondent)
      settle(flight, .delivered)
    }
    for place in sightings.keys { sightings[place]?.sort() }
  }

  /// The numbers of each stream at their spacing, which goes on where a pause had interrupted it.
  private static func departures(of scenario: Scenario, _ itinerary: Itinerary) -> [[Int64]] {
    scenario.streams.indices.map { index in
      let stream = scenario.streams[index]
      let end = scenario.duration.wholeNanoseconds
      let jitter = scenario.pacingJitter.wholeNanoseconds
      var random = SplitMix64(seed: scenario.seed, lane: Lane.pacing.number(index))
      var times: [Int64] = []
      while true {
        let due =
          stream.phase.wholeNanoseconds
          + Int64(times.count) * 1_000_000_000 / Int64(stream.packetsPerSecond)
        let time = itinerary.time(atRunningTime: due + random.next(below: jitter))
        guard time < end else { return times }
        times.append(time)
      }
    }
  }

  private mutating func leaveGuest() -> [Flight] {
    let access = scenario.accessDelay.wholeNanoseconds
    var flights: [Flight] = []
    flights.reserveCapacity(departures.reduce(0) { $0 + $1.count })
    for (stream, times) in departures.enumerated() {
      var stay = 0
      var unseen = 0
      for (index, time) in times.enumerated() {
        let current = itinerary.stay(at: time)
        if current != stay {
          stay = current
          unseen = itinerary.stays[stay].move?.unseen ?? 0
        }
        guard unseen == 0 else {
          unseen -= 1
          continue
        }
        flights.append(
          Flight(time: time, stream: Int32(stream), index: Int32(index), stay: Int32(stay)))
      }
    }
    Self.sort(&flights)
    for index in flights.indices {
      see(flights[index], at: .guest)
      flights[index].time += access
      see(flights[index], at: .access(server(of: flights[index])))
    }
    return flights
  }

  /// A server that holds what it cannot send yet sends it in a burst when it is acknowledged.
  private func holdUntilBound(_ flights: [Flight]) -> [Flight] {
    var flights = flights
    var last = [Int64](repeating: .min, count: itinerary.stays.count)
    for index in flights.indices {
      let stay = Int(flights[index].stay)
      guard itinerary.stays[stay].move?.holds == true else { continue }
      let release = elapsed(registrations[stay].acknowledgementReceived)
      let next = last[stay] == .min ? release : max(release, last[stay] + Self.burstSpacing)
      // What comes after the burst is sent at once and in order.
      flights[index].time = max(flights[index].time, next)
      last[stay] = flights[index].time
    }
    Self.sort(&flights)
    return flights
  }

  /// The home agent sends on what comes from the care-of address that it is bound to.
  private mutating func passAnchor(_ flights: [Flight]) -> [Flight] {
    let arrivals = registrations.arrivalOrder.filter { registrations[$0].isAccepted }
    var upcoming = 0
    var bound: Int?
    var passed: [Flight] = []
    passed.reserveCapacity(flights.count)
    for var flight in flights {
      while upcoming < arrivals.count,
        elapsed(registrations[arrivals[upcoming]].updateReceived) <= flight.time
      {
        bound = arrivals[upcoming]
        upcoming += 1
      }
      see(flight, at: .anchor, from: flight.stay)
      if let bound, registrations[bound].server == server(of: flight) {
        flight.time += scenario.anchorDelay.wholeNanoseconds
        see(flight, at: .anchor)
        passed.append(flight)
      } else {
        settle(flight, Int(flight.stay) < bound ?? 0 ? .lostBehind : .unbound)
      }
    }
    return passed
  }

  private mutating func seeSignalling() {
    for (index, registration) in registrations.enumerated() {
      let moments = [
        (registration.updateSent, Place.external(registration.server), Sighting.update),
        (registration.updateReceived, .anchor, Sighting.update),
        (registration.acknowledgementSent, .anchor, Sighting.acknowledgement),
        (
          registration.acknowledgementReceived, .external(registration.server),
          Sighting.acknowledgement
        ),
      ]
      for (time, place, form) in moments {
        sightings[place, default: []].append(
          Sighting(time: elapsed(time), form: form, stream: 0, index: Int32(index)))
      }
    }
  }
}

extension Passage {
  private static let burstSpacing: Int64 = 10_000

  /// Sends flights over a hop, in the order of their times, and sorts them again behind it. There is
  /// one hop for all of them, or one for each server.
  private mutating func pass(
    _ flights: [Flight], over hops: [Scenario.Hop], lane: Lane, losing fate: Fate
  ) -> [Flight] {
    var crossings = hops.indices.map {
      Crossing(hops[$0], random: SplitMix64(seed: scenario.seed, lane: lane.number($0)))
    }
    var passed: [Flight] = []
    passed.reserveCapacity(flights.count)
    for var flight in flights {
      let (arrival, copy) = crossings[hops.count == 1 ? 0 : server(of: flight)].pass(flight.time)
      guard let arrival else {
        settle(flight, fate)
        continue
      }
      flight.time = arrival
      passed.append(flight)
      if let copy {
        flight.time = copy
        passed.append(flight)
      }
    }
    Self.sort(&passed)
    return passed
  }

  private static func sort(_ flights: inout [Flight]) {
    flights.sort { ($0.time, $0.stream, $0.index) < ($1.time, $1.stream, $1.index) }
  }

  /// Keeps what became of a copy. Hops are passed one after the other, so that of several copies the
  /// one that came farthest decides.
  private mutating func settle(_ flight: Flight, _ fate: Fate) {
    fates[Int(flight.stream)][Int(flight.index)] = fate
  }

  /// Notes that a point sees a packet, in the tunnel of a stay's server or direct.
  private mutating func see(_ flight: Flight, at place: Place, from stay: Int32? = nil) {
    let form = stay.map { Int16(itinerary.stays[Int($0)].server) } ?? Sighting.direct
    sightings[place, default: []].append(
      Sighting(
        time: flight.time, form: form, stream: Int16(flight.stream), index: flight.index))
  }

  private func server(of flight: Flight) -> Int {
    itinerary.stays[Int(flight.stay)].server
  }

  private func elapsed(_ time: Timestamp) -> Int64 {
    (time - scenario.start).wholeNanoseconds
  }
}
