import Testing

@testable import Benchmarks

@Suite struct FlowOrderTests {
  @Test(arguments: [1, 2, 3, 4, 5, 10, 97, 1000, 4096])
  func `A round comes by every flow once`(count: Int) {
    for round in 0..<5 {
      let order = Array(FlowOrder(count: count, seed: 1, round: round))
      #expect(order.count == count)
      #expect(order.sorted() == Array(0..<count))
    }
  }

  @Test func `Each round has its own order, the same for a seed`() {
    let orders = (0..<4).map { Array(FlowOrder(count: 1000, seed: 1, round: $0)) }
    #expect(Set(orders).count == 4)
    #expect(orders[2] == Array(FlowOrder(count: 1000, seed: 1, round: 2)))
    #expect(orders[2] != Array(FlowOrder(count: 1000, seed: 2, round: 2)))
  }

  @Test func `A flow keeps its quarter of the round`() {
    let order = Array(FlowOrder(count: 1000, seed: 3, round: 9))
    for (place, flow) in order.enumerated() { #expect(place / 250 == flow / 250) }
    #expect(order != order.sorted())
  }
}
