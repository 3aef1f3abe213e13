import Testing
import Wire

@testable import Sequences

@Suite struct DelayVariationTests {
  private func sample(_ values: [Int64]) -> DelaySample? { DelaySample(of: values) }

  @Test func `the median is the lower of the two in the middle`() {
    #expect(sample([]) == nil)
    #expect(sample([9, 3, 7, 1])?.median == .nanoseconds(3))
  }

  @Test func `the ends are also those of packets that no value stands for`() {
    let sample = DelaySample(of: [4, 6], weight: 2, lowest: 2, highest: 9)
    #expect(sample?.minimum == 2)
    #expect(sample?.maximum == 9)
    #expect(sample?.median == .nanoseconds(4))
    #expect(sample?.variation?.p50 == .nanoseconds(2))
    #expect(sample?.variation?.maximum == .nanoseconds(7))
  }

  @Test func `a quantile is the least value that has its part below it, as in RFC 2330`() {
    // RFC 2330's example: six values, of which the half are no more than 4.
    let variation = sample([-2, 7, 7, 4, 18, -5])?.variation
    #expect(
      variation
        == DelayVariation(
          p50: .nanoseconds(9), p95: .nanoseconds(23), p99: .nanoseconds(23),
          p999: .nanoseconds(23), maximum: .nanoseconds(23)))
  }

  @Test func `variation is the delay beyond the least one`() throws {
    // A thousand delays from 5 ms on, a microsecond apart, in any order.
    let values = (0..<1000).map { Int64(($0 * 7919) % 1000) * 1000 + 5_000_000 }
    let variation = try #require(sample(values)?.variation)
    #expect(variation.p50 == .microseconds(499))
    #expect(variation.p95 == .microseconds(949))
    #expect(variation.p99 == .microseconds(989))
    #expect(variation.p999 == .microseconds(998))
    #expect(variation.maximum == .microseconds(999))
  }

  @Test func `a single packet has nothing to vary from`() {
    #expect(sample([])?.variation == nil)
    #expect(sample([7])?.variation == nil)
    #expect(sample([7, 7])?.variation?.maximum == .zero)
  }

  @Test func `hostile delays do not trap`() {
    let variation = sample([.min, .max, 0])?.variation
    #expect(variation?.maximum == .nanoseconds(Int64.max))
    var run = DelayDistribution()
    for value in [.min, .max, 0, .max - 1] as [Int64] {
      if let sample = sample([value]) { run.add(sample) }
    }
    #expect(run.variation?.maximum == .nanoseconds(Int64.max))
  }

  @Test func `the intervals' delays add up to the run's, exactly`() throws {
    var random = SplitMix(state: 3)
    var run = DelayDistribution()
    var all: [Int64] = []
    for _ in 0..<10 {
      let values = (0..<200).map { _ in Int64(random.next() % 1_000_000_000) - 500_000_000 }
      all += values
      run.add(try #require(sample(values)))
    }
    #expect(run.resolution == 1)
    #expect(run.variation == sample(all)?.variation)
    #expect(run.minimum == all.min().map { .nanoseconds($0) })
  }

  @Test func `with more delays than there is room for, none is off by more than the resolution`()
    throws
  {
    var random = SplitMix(state: 5)
    var run = DelayDistribution()
    var all: [Int64] = []
    for _ in 0..<50 {
      let values = (0..<1000).map { _ in Int64(random.next() % 3_000_000) }
      all += values
      run.add(try #require(sample(values)))
    }
    let found = try #require(run.variation)
    all.sort()
    #expect(run.resolution < 4096)
    for (quantile, part) in [
      (found.p50, 500), (found.p95, 950), (found.p99, 990), (found.p999, 999),
    ] {
      let exact = all[all.count * part / 1000 - 1] - all[0]
      let error = quantile.wholeNanoseconds - exact
      #expect(error >= 0 && error < run.resolution)
    }
    #expect(found.maximum.wholeNanoseconds == all[all.count - 1] - all[0])
  }

  @Test func `delays by another clock begin anew`() throws {
    var run = DelayDistribution()
    run.add(try #require(sample([100, 900])))
    var other = try #require(sample([5_000_000, 5_000_010]))
    other.isAnew = true
    run.add(other)
    #expect(run.variation?.maximum == .nanoseconds(10))
  }

  @Test func `samples that left packets out weigh as many as they stand for`() throws {
    var run = DelayDistribution()
    // Nine of ten packets took 10, and stand every second one for two.
    run.add(try #require(DelaySample(of: Array(repeating: 10, count: 45), weight: 2)))
    run.add(try #require(sample(Array(repeating: 50, count: 10))))
    #expect(run.variation?.p50 == .zero)
    #expect(run.variation?.p95 == .nanoseconds(40))
  }
}
