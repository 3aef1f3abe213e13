import Records
import Streams
import Testing
import Wire

@testable import Observation

private func at(_ seconds: Double) -> Timestamp {
  Timestamp(nanoseconds: 1_800_000_000_000_000_000) + .nanoseconds(Int64(seconds * 1e9))
}

@Suite struct ClockExchangeTests {
  private func answer(_ times: [Double], host: String? = "there") -> ClockAnswer {
    ClockAnswer(
      request: at(times[0]), received: at(times[1]), sent: at(times[2]), bootIdentifier: host)
  }

  /// t1 = 0, t2 = 0.120, t3 = 0.130, t4 = 0.060: offset (0.120 + 0.070) / 2 = 0.095 s, bound
  /// (0.060 − 0.010) / 2 = 0.025 s.
  @Test func `offset and bound are those of NTP`() {
    var exchange = ClockExchange(reference: "here")
    #expect(
      exchange.take(answer([0, 0.12, 0.13]), at: at(0.06))
        == ClockReading(
          time: at(0.13), host: "there", reference: "here", offset: .milliseconds(95),
          bound: .milliseconds(25)))
  }

  /// t1 = 0, t2 = t3 = 3 ns, t4 = 7 ns: 3 ns there, 4 ns back, so that the offset is −0.5 ± 3.5 ns.
  @Test func `half nanoseconds are within the bound`() {
    var exchange = ClockExchange(reference: "here")
    func time(_ nanoseconds: Int64) -> Timestamp { at(0) + .nanoseconds(nanoseconds) }
    let reading = exchange.take(
      ClockAnswer(request: time(0), received: time(3), sent: time(3), bootIdentifier: "there"),
      at: time(7))
    #expect(reading?.offset == .zero)
    #expect(reading?.bound == .nanoseconds(4))
  }

  @Test func `answers that nobody asked for tell nothing`() {
    var exchange = ClockExchange(reference: "here")
    let ages = Timestamp(nanoseconds: .min)
    let now = at(1)
    for (request, received) in [(ages, now), (ages, Timestamp(nanoseconds: .max)), (at(-9), now)] {
      let answer = ClockAnswer(
        request: request, received: received, sent: received, bootIdentifier: "there")
      #expect(exchange.take(answer, at: now) == nil)
    }
  }

  @Test func `the best of ten seconds is told, or one that is much better at once`() {
    var exchange = ClockExchange(reference: "here")
    #expect(exchange.take(answer([0, 0.01, 0.01]), at: at(0.02))?.bound == .milliseconds(10))
    #expect(exchange.take(answer([1, 1.009, 1.009]), at: at(1.018)) == nil)
    #expect(exchange.take(answer([2, 2.01, 2.01]), at: at(2.02)) == nil)
    #expect(exchange.take(answer([10.1, 10.2, 10.2]), at: at(10.3))?.bound == .milliseconds(9))
    #expect(exchange.take(answer([11, 11.002, 11.002]), at: at(11.004))?.bound == .milliseconds(2))
  }

  @Test func `a clock that was set meanwhile tells nothing`() {
    var exchange = ClockExchange(reference: "here")
    #expect(exchange.take(answer([5, 5, 5]), at: at(4)) == nil)
    #expect(exchange.take(answer([5, 6, 5]), at: at(6)) == nil)
    #expect(exchange.take(answer([5, 5, 5.5]), at: at(5.1)) == nil)
  }

  @Test func `one host has one clock`() {
    var exchange = ClockExchange(reference: "here")
    let reading = exchange.take(answer([0, 0.01, 0.01], host: "here"), at: at(0.03))
    #expect(reading?.offset == .zero)
    #expect(reading?.bound == .zero)
    #expect(exchange.take(answer([20, 20.01, 20.01], host: "here"), at: at(20.03)) == nil)
  }
}
