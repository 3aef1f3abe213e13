package import Wire

/// What a scenario comes to: what each point sees, and what really happened.
package struct SimulatedRun: Sendable {
  /// In the order of `Scenario.pointNames`.
  package let points: [SimulatedPoint]
  package let truth: Truth
}

extension Scenario {
  /// Lets the scenario happen. Equal scenarios give equal runs.
  ///
  /// - Throws: `ScenarioError` where it contradicts itself or is out of bounds.
  package func run() throws(ScenarioError) -> SimulatedRun {
    try validate()
    let passage = Passage(self)
    let frames = Frames(self, passage)
    let points = zip(Place.all(of: self), pointNames).map { place, name in
      SimulatedPoint(
        name: name,
        packets: SimulatedPackets(
          sightings: passage.sightings[place] ?? [], place: place, name: name, frames: frames))
    }
    return SimulatedRun(points: points, truth: Truth(of: self, passage, frames))
  }
}

/// A point of the experiment with all that its interface saw.
package struct SimulatedPoint: Sendable {
  package let name: String
  /// In the order of their times.
  package let packets: SimulatedPackets
}

/// A captured Ethernet frame.
package struct SimulatedPacket: Sendable, Equatable {
  /// By the clock of the point.
  package let time: Timestamp
  /// The whole frame, without its check sequence.
  package let bytes: [UInt8]

  /// The frame's length on the wire.
  package var wireBytes: Int { bytes.count }
}

/// The packets of a point in the order of their times. A frame is made when it is asked for: what is
/// kept of a packet is 16 bytes.
package struct SimulatedPackets: RandomAccessCollection, Sendable {
  let sightings: [Sighting]
  let place: Place
  let name: String
  let frames: Frames

  package var startIndex: Int { 0 }
  package var endIndex: Int { sightings.count }

  package subscript(position: Int) -> SimulatedPacket {
    SimulatedPacket(
      time: time(at: position), bytes: frames.bytes(of: sightings[position], at: place))
  }

  /// The time of the packet, without making its frame.
  package func time(at position: Int) -> Timestamp {
    frames.time(of: sightings[position], at: place, named: name)
  }
}
