import Testing

@testable import Benchmarks

@Suite struct StatisticsTests {
  @Test(arguments: [[3], [9, 1, 3], [4, 1, 3, 2.5, 3.5, 0], [3, 3, 1]] as [[Double]])
  func `The median is the middle one, or the mean of the two`(values: [Double]) {
    #expect(values.median == (values.count == 6 ? 2.75 : 3))
  }

  @Test(arguments: [
    (0.5, 50.0), (0.99, 99), (1, 100), (0, 1), (0.001, 1), (0.991, 100),
  ])
  func `A quantile is the smallest value that its share does not exceed`(
    share: Double, quantile: Double
  ) {
    #expect((1...100).map(Double.init).shuffled().quantile(share) == quantile)
  }
}
