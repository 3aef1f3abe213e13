import Router
import Testing

struct HeldPacketsTests {
  private func packet(_ number: UInt8, _ count: Int = 10) -> [UInt8] {
    [UInt8](repeating: number, count: count)
  }

  @Test func `packets come back once, in their order`() {
    var held = HeldPackets()
    for number in 0..<100 { held.hold(packet(UInt8(number)), at: .milliseconds(number)) }
    #expect(held.count == 100)
    #expect(held.byteCount == 1000)
    #expect(held.release(at: .milliseconds(100)).map(\.[0]) == Array(0..<100))
    #expect(held.release(at: .milliseconds(100)).isEmpty)
    #expect(held.byteCount == 0)
    #expect(held.drops == HeldPackets.Drops())
  }

  @Test func `the oldest give way, by number and by length`() {
    var few = HeldPackets(limits: HeldPackets.Limits(packetCount: 3))
    for number in 0..<10 { few.hold(packet(UInt8(number)), at: .zero) }
    #expect(few.count == 3)
    #expect(few.drops.crowdedOut == 7)
    #expect(few.release(at: .zero).map(\.[0]) == [7, 8, 9])
    var small = HeldPackets(limits: HeldPackets.Limits(byteCount: 100))
    for number in 0..<5 { small.hold(packet(UInt8(number), 30), at: .zero) }
    #expect(small.byteCount == 90)
    small.hold(packet(5, 100), at: .zero)
    #expect(small.drops.crowdedOut == 5)
    small.hold(packet(6, 101), at: .zero)
    #expect(small.drops.tooLong == 1)
    #expect(small.release(at: .zero).map(\.[0]) == [5])
  }

  @Test func `what waited too long is not sent`() {
    var held = HeldPackets(limits: HeldPackets.Limits(age: .seconds(1)))
    held.hold(packet(1), at: .zero)
    held.hold(packet(2), at: .milliseconds(500))
    held.hold(packet(3), at: .milliseconds(1001))
    #expect(held.count == 2)
    #expect(held.drops.expired == 1)
    // At its age exactly it still is.
    #expect(held.release(at: .milliseconds(1500)).map(\.[0]) == [2, 3])
  }

  @Test func `what is given up is counted and gone`() {
    var held = HeldPackets()
    for number in 0..<4 { held.hold(packet(UInt8(number)), at: .zero) }
    held.discard()
    #expect(held.drops.discarded == 4)
    #expect(held.count == 0)
    held.hold(packet(9), at: .zero)
    #expect(held.release(at: .zero).map(\.[0]) == [9])
  }

  @Test func `a long stream keeps to the limits and loses nothing uncounted`() {
    var held = HeldPackets(
      limits: HeldPackets.Limits(packetCount: 50, byteCount: 2000, age: .milliseconds(40)))
    var random = SystemRandomNumberGenerator()
    var released = 0
    for number in 0..<20_000 {
      held.hold(packet(0, Int.random(in: 1...120, using: &random)), at: .milliseconds(number))
      #expect(held.count <= 41 && held.byteCount <= 2000)
      if number % 997 == 0 { released += held.release(at: .milliseconds(number)).count }
    }
    let drops = held.drops
    #expect(
      released + held.count + drops.crowdedOut + drops.expired + drops.tooLong == 20_000)
    #expect(drops.crowdedOut > 0 && drops.expired > 0)
  }
}
