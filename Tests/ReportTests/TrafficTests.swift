import Streams
import Testing
import Wire

@testable import Report

@Suite struct TrafficTests {
  private func rates(_ passing: Passing, seconds: Int, columns: Int) -> [Double] {
    var traffic = Traffic()
    for second in 0..<seconds {
      if let interval = passing.interval(second) { traffic.take(interval, length: .seconds(1)) }
    }
    var rates = [Double](repeating: 0, count: columns)
    traffic.add(to: &rates, from: moment(0), to: moment(Double(seconds) * 1000))
    return rates
  }

  @Test(arguments: [1, 7, 40, 900])
  func `no byte is lost or made, however many columns there are`(columns: Int) {
    let packets = (0..<300).map { (Int64($0), Double($0) * 9) }
    let rates = rates(Passing("cn", .direct, packets), seconds: 3, columns: columns)
    let bits = rates.reduce(0, +) * 3 / Double(columns)
    #expect(abs(bits - 300 * 8000) < 1)
  }

  @Test func `a silence within an interval shows, and the rate beside it is the true one`() {
    let packets = (0..<60).map { index -> (number: Int64, time: Double) in
      (Int64(index), Double(index) * 10 + (index < 40 ? 0 : 400))
    }
    let rates = rates(Passing("cn", .direct, packets), seconds: 1, columns: 10)
    #expect(rates[5] == 0)
    #expect(abs(rates[2] - 800_000) < 1)
    #expect(abs(rates[9] - 800_000) < 1)
  }
}
