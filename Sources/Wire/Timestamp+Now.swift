import Glibc

extension Timestamp {
  /// The moment that the system's wall clock (CLOCK_REALTIME) tells.
  package static var now: Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }
}
