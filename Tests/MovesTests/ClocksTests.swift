import Streams
import Testing
import Wire

@testable import Moves

private func at(_ milliseconds: Double) -> Timestamp {
  Timestamp(nanoseconds: Int64(milliseconds * 1e6))
}

@Suite struct ClocksTests {
  private let points = ["xen1", "xen1.vif", "xen2", "ha", "cn"].map { Point(name: $0) }

  private func clocks(bound: Duration? = nil, hosts: [String?] = []) -> Clocks {
    Clocks(points: points, bootIdentifiers: hosts, bound: bound)
  }

  @Test func `points of one host share its clock, others are not known`() {
    let clocks = clocks(hosts: ["a", nil, "a", nil, "b"])
    #expect(clocks.offset(of: 2, from: 0, at: at(0)) == .init(value: .zero, bound: .zero))
    #expect(clocks.offset(of: 4, from: 0, at: at(0)) == .init(value: .zero, bound: nil))
    // Without a boot id the name says the host.
    #expect(self.clocks().areSame(0, 1))
    #expect(!self.clocks().areSame(0, 2))
  }

  /// RFC 5905 section 8: offset ((t2 − t1) + (t3 − t4)) / 2, here with t1 = 0, t2 = 120, t3 = 130 and
  /// t4 = 60: (120 + 70) / 2 = 95; the bound is half the round trip, ((60 − 0) − (130 − 120)) / 2 = 25.
  @Test func `an exchange tells the offset as NTP does`() {
    var clocks = clocks()
    clocks.note(from: 0, at: at(0), to: 3, at: at(120))
    #expect(clocks.offset(of: 3, from: 0, at: at(120)).bound == nil)
    clocks.note(from: 3, at: at(130), to: 0, at: at(60))
    let offset = clocks.offset(of: 3, from: 0, at: at(60))
    #expect(offset.value.milliseconds.rounded() == 95)
    #expect(abs(offset.bound?.milliseconds ?? 0 - 25) < 26)
    #expect(clocks.offset(of: 0, from: 3, at: at(60)).value.milliseconds.rounded() == -95)
  }

  @Test func `bounds add up along a chain, and grow by 100 ppm with time`() throws {
    var clocks = clocks()
    for (point, shift) in [(0, 0.0), (2, 500.0)] {
      clocks.note(from: point, at: at(shift), to: 3, at: at(10))
      clocks.note(from: 3, at: at(10), to: point, at: at(shift + 20))
    }
    let offset = clocks.offset(of: 2, from: 0, at: at(10))
    #expect(abs(offset.value.milliseconds - 500) < 0.1)
    #expect(abs(try #require(offset.bound).milliseconds - 20) < 0.2)
    // A hundred seconds later each of the two may have gone 10 ms astray.
    let later = clocks.offset(of: 2, from: 0, at: at(100_010))
    #expect(abs(try #require(later.bound).milliseconds - 40) < 0.2)
  }

  @Test func `what the user states holds where it is better than what was seen`() {
    var clocks = clocks(bound: .milliseconds(2))
    #expect(clocks.offset(of: 3, from: 0, at: at(0)).bound == .milliseconds(2))
    clocks.note(from: 0, at: at(0), to: 3, at: at(120))
    clocks.note(from: 3, at: at(130), to: 0, at: at(60))
    #expect(
      clocks.offset(of: 3, from: 0, at: at(60)) == .init(value: .zero, bound: .milliseconds(2)))
  }

  @Test func `messages that contradict each other tell nothing`() {
    var clocks = clocks()
    clocks.note(from: 0, at: at(100), to: 3, at: at(0))
    clocks.note(from: 3, at: at(100), to: 0, at: at(0))
    #expect(clocks.offset(of: 3, from: 0, at: at(0)).bound == nil)
  }

  private func reading(_ offset: Double, _ bound: Double, at time: Double) -> ClockReading {
    ClockReading(
      time: at(time), host: nil, reference: "observer", offset: .nanoseconds(Int64(offset * 1e6)),
      bound: .nanoseconds(Int64(bound * 1e6)))
  }

  /// Through the clock of who read both: 30 − (−20) = 50, bounds 2 + 3.
  @Test func `readings against one clock tell of each other`() throws {
    var clocks = clocks()
    #expect(clocks.agreement(at: at(0)) == .unknown)
    clocks.take(reading(30, 2, at: 0), at: 0)
    clocks.take(reading(-20, 3, at: 0), at: 2)
    let offset = clocks.offset(of: 0, from: 2, at: at(0))
    #expect(offset == .init(value: .milliseconds(50), bound: .milliseconds(5)))
    #expect(clocks.agreement(at: at(0)) == .unknown)
    var two = Clocks(points: Array(points[1...2]), bootIdentifiers: ["a", "b"], bound: nil)
    two.take(reading(30, 2, at: 0), at: 0)
    two.take(reading(-20, 3, at: 0), at: 1)
    #expect(two.agreement(at: at(0)) == .within(.milliseconds(5)))
  }

  @Test func `a reading tells whose clock it is`() {
    var clocks = Clocks(points: [points[0], points[2]], bootIdentifiers: ["a", nil], bound: nil)
    var reading = reading(0, 0, at: 0)
    reading.host = "a"
    reading.reference = "a"
    clocks.take(reading, at: 1)
    #expect(clocks.areSame(0, 1))
    #expect(clocks.agreement(at: at(0)) == .same)
  }

  @Test func `a clock that was set is read anew`() {
    var clocks = Clocks(
      points: [points[0], points[2]], bootIdentifiers: ["observer", "b"], bound: nil)
    clocks.take(reading(0, 1, at: 0), at: 1)
    clocks.take(reading(500, 1, at: 1000), at: 1)
    #expect(
      clocks.offset(of: 1, from: 0, at: at(1000))
        == .init(value: .milliseconds(500), bound: .milliseconds(1)))
  }
}
