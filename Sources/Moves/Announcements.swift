import Streams
import Wire

/// The announcements of where guests are reached that passed the points lately.
///
/// Where a guest moves within its segment there is no binding: the switches learn from these where it
/// is.
struct Announcements: Sendable {
  private struct Sighting: Sendable {
    var point: Int
    var heard: HeardAnnouncement
  }

  private static let capacity = 1024

  private let points: [Point]
  private var sightings: [Sighting] = []

  init(points: [Point]) {
    self.points = points
  }

  mutating func take(_ heard: [HeardAnnouncement], at point: Int) {
    sightings += heard.map { Sighting(point: point, heard: $0) }
    if sightings.count > Self.capacity { sightings.removeFirst(sightings.count - Self.capacity) }
  }

  /// The announcement that a move belongs to: the first at the new server from when the stream was
  /// heard at the old place last, of the stream's source. RARP names no IP address: its hardware
  /// address must be the one that other announcements gave the source, where there are any.
  func announcement(
    of stream: StreamKey, around transition: StreamPath.Transition
  ) -> HeardAnnouncement? {
    let known = Set(
      sightings.filter { $0.heard.announcement.address == stream.source }
        .map(\.heard.announcement.hardwareAddress))
    let start = max(
      transition.before.lastTime - Signalling.lead,
      transition.lastDeparture ?? Timestamp(nanoseconds: .min))
    return sightings.first { sighting in
      let announcement = sighting.heard.announcement
      let isOfSource =
        announcement.address.map { $0 == stream.source }
        ?? (known.isEmpty || known.contains(announcement.hardwareAddress))
      return isOfSource && sighting.heard.time >= start
        && points[sighting.point].site == points[transition.to.point].site
    }?.heard
  }
}
