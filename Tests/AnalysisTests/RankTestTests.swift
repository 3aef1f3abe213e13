import Testing

@testable import Analysis

@Suite struct RankTestTests {
  /// Of the 20 ways to choose three of six ranks, one has the sum 15 and none more: 1/20. Equal sides
  /// give a probability above a half.
  @Test func `few values are counted exactly`() {
    #expect(RankTest.probability(that: [4, 5, 6], exceed: [1, 2, 3]) == 0.05)
    #expect(RankTest.probability(that: [1, 2, 3], exceed: [4, 5, 6]) == 1)
    #expect(RankTest.probability(that: [5, 5, 5], exceed: [5, 5, 5]) == 1)
    #expect(RankTest.probability(that: [], exceed: [1]) == nil)
  }

  /// Mann and Whitney's U of 1...20 above 0.5...19.5 is 210 of 400: the normal approximation by hand
  /// gives z = (210 − 200 − 0.5) / √(400 · 41 / 12) = 0.257, p = 0.3986.
  @Test func `many values are approximated`() throws {
    let values = (1...20).map(Double.init)
    let probability = try #require(
      RankTest.probability(that: values, exceed: values.map { $0 - 0.5 }))
    #expect(abs(probability - 0.3986) < 0.0005)
    let sure = try #require(
      RankTest.probability(that: values.map { $0 + 100 }, exceed: values))
    #expect(sure < 1e-6)
  }
}

@Suite struct DistributionTests {
  @Test func `quantiles lie between the two nearest values`() throws {
    let distribution = try #require(Distribution([4, 1, 3, 2]))
    #expect(distribution.median == 2.5)
    #expect(distribution.minimum == 1)
    #expect(distribution.maximum == 4)
    #expect(abs(distribution.p95 - 3.85) < 1e-9)
    #expect(Distribution([]) == nil)
    #expect(Distribution([1, 2])?.confidence == nil)
  }

  @Test func `the interval of the median is the same each time, and holds it`() throws {
    let values = (0..<50).map { Double($0 * $0 % 101) }
    let one = try #require(Distribution(values))
    #expect(one == Distribution(values.reversed()))
    let confidence = try #require(one.confidence)
    #expect(confidence.contains(one.median))
    // The order statistics around the median that binomial chances give for 50 values: the 18th and
    // the 33rd (Conover 1999, section 3.2), within one place.
    let sorted = values.sorted()
    #expect((sorted[15]...sorted[19]).contains(confidence.lowerBound))
    #expect((sorted[30]...sorted[34]).contains(confidence.upperBound))
  }
}
