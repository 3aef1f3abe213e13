import Testing

@testable import Moves

@Suite struct NumberSetTests {
  @Test func `sets are the union of their ranges in any order`() {
    let set = NumberSet([5...9, 1...2, 3...3, 8...12, 20...20])
    #expect(set.ranges == [1...3, 5...12, 20...20])
    #expect(set.count == 12)
    #expect(set.above(7).ranges == [8...12, 20...20])
    #expect(NumberSet(between: 3, and: 5).ranges == [4...4])
    #expect(NumberSet(between: 3, and: 4).count == 0)
    #expect(NumberSet(between: 9, and: 4).count == 0)
  }

  @Test(arguments: 1...20)
  func `intersections agree with sets of single numbers`(seed: Int) {
    var state = UInt64(seed)
    func next(_ bound: UInt64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64((state >> 33) % bound)
    }
    func ranges() -> [ClosedRange<Int64>] {
      (0..<20).map { _ in
        let start = next(200)
        return start...start + next(10)
      }
    }
    let left = ranges()
    let right = ranges()
    let expected = Set(left.joined()).intersection(right.joined())
    let actual = NumberSet(left).intersection(NumberSet(right))
    #expect(Set(actual.ranges.joined()) == expected)
    #expect(actual.count == expected.count)
    #expect(
      NumberSet(left).count(without: NumberSet(right))
        == Set(left.joined()).subtracting(right.joined()).count)
  }
}
