package import Wire

/// An announcement of where a guest is reached that passed a point.
package struct HeardAnnouncement: Sendable, Equatable {
  package var time: Timestamp
  package var announcement: Announcement

  package init(time: Timestamp, announcement: Announcement) {
    self.time = time
    self.announcement = announcement
  }
}

/// The announcements of the interval that is open.
///
/// Hypervisors announce a guest several times at growing distances, since any of the frames may be
/// lost. The first of such a series is told; the same announcement within a second of the one before
/// belongs to it.
struct AnnouncementLog: Sendable {
  /// QEMU's are 550 ms apart at the most.
  static let seriesDistance = Duration.seconds(1)
  /// So many series are followed at the most: more are made up, and each of their frames is told.
  static let capacity = 4096

  private(set) var told: [HeardAnnouncement] = []
  private var lastTimes: [Announcement: Timestamp] = [:]

  mutating func take(_ announcement: Announcement, at time: Timestamp) {
    if lastTimes.count >= Self.capacity, lastTimes[announcement] == nil { forget(at: time) }
    let last = lastTimes.updateValue(time, forKey: announcement)
    if let last, Self.isOneSeries(last, time) { return }
    told.append(HeardAnnouncement(time: time, announcement: announcement))
  }

  mutating func beginInterval() {
    told = []
  }

  private mutating func forget(at time: Timestamp) {
    lastTimes = lastTimes.filter { Self.isOneSeries($0.value, time) }
    if lastTimes.count >= Self.capacity { lastTimes = [:] }
  }

  private static func isOneSeries(_ last: Timestamp, _ time: Timestamp) -> Bool {
    let distance = time.nanoseconds(since: last)
    return distance.magnitude < UInt64(seriesDistance.wholeNanoseconds)
  }
}
