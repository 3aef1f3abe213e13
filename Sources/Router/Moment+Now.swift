import Mobility
import Wire

extension Moment {
  static var now: Moment { Moment(elapsed: timeSinceBoot(), wall: .now) }
}
