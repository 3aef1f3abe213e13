import Sequences
import Testing

@testable import Streams

/// What a list of transits is to come to, computed in the plainest way.
private struct PlainTransits {
  private var all: [Int64] = []
  private var kept: [Int64] = []
  private var stride = 1

  mutating func append(_ transit: Int64) {
    if all.count % stride == 0 { kept.append(transit) }
    all.append(transit)
    if kept.count > 4096 {
      stride *= 2
      kept = all.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    }
  }

  var sample: DelaySample? {
    DelaySample(
      of: kept, weight: stride, lowest: all.min() ?? .max, highest: all.max() ?? .min)
  }
}

/// A store of one list beside what that is to come to.
private struct OneList: ~Copyable {
  var store = TransitStore()
  var cursor: TransitStore.Cursor
  var plain = PlainTransits()

  init() {
    store.add()
    store.beginInterval()
    cursor = store.begin(at: 0)
  }

  var sample: DelaySample? { store.sample(at: 0, upTo: cursor) }

  /// - Parameter last: the one before it; nil to have it looked up.
  mutating func append(_ transit: Int64, after last: Int64? = nil) {
    if let last {
      store.append(transit, after: last, at: 0, &cursor)
    } else {
      store.append(transit, at: 0, &cursor)
    }
    plain.append(transit)
  }
}

struct `Transits of an interval` {
  @Test(arguments: [0, 1, 12, 13, 14, 26, 27, 4094, 4095, 4096, 4097, 8193, 20_000])
  func `are what was appended, in lists that grow side by side`(count: Int) {
    var store = TransitStore()
    for _ in 0..<3 { store.add() }
    for round in 0..<3 {
      store.beginInterval()
      var plain = [PlainTransits](repeating: PlainTransits(), count: 3)
      var cursors = (0..<3).map { store.begin(at: $0) }
      var random = SplitMix(seed: UInt64(count + round))
      for index in 0..<count {
        for place in 0..<3 where place != 1 || index % 7 == 0 {
          let transit = Int64(random.next() % 1_000_000) - 500_000
          store.append(transit, at: place, &cursors[place])
          plain[place].append(transit)
        }
      }
      for place in 0..<3 {
        #expect(store.sample(at: place, upTo: cursors[place]) == plain[place].sample)
      }
    }
  }

  @Test(arguments: 0..<20)
  func `may be as far apart as they like`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    var list = OneList()
    for _ in 0..<200 {
      let transit: Int64 = random.pick([
        0, 1, .max, .min, 1 << 31, -1 << 31, (1 << 31) - 1, Int64(random.next() >> 40),
      ])
      list.append(transit)
      #expect(list.sample == list.plain.sample)
      #expect(list.store.count(at: 0, upTo: list.cursor) == list.plain.sample?.values.count)
    }
  }

  @Test(arguments: 0..<20)
  func `may be appended with the one before them at hand, or without`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    var list = OneList()
    var last: Int64 = 0
    for index in 0..<(seed < 10 ? 300 : 9000) {
      // They walk further away from where a block began than its words reach.
      let step: Int64 = random.pick([0, 1, -1, (1 << 31) - 1, -1 << 31, 1 << 30])
      let isFar = seed >= 5 && random.next() % 100 == 0
      let transit = isFar ? Int64(bitPattern: random.next()) : last &+ step
      list.append(transit, after: index > 0 && random.next() % 4 > 0 ? last : nil)
      last = transit
    }
    #expect(list.sample == list.plain.sample)
  }

  @Test(arguments: [5, 40, 5000])
  func `are begun anew within the interval`(count: Int) {
    var store = TransitStore()
    for _ in 0..<2 { store.add() }
    store.beginInterval()
    var other = store.begin(at: 1)
    store.append(7, at: 1, &other)
    for round in 0..<3 {
      var cursor = store.begin(at: 0)
      #expect(store.count(at: 0, upTo: cursor) == 0)
      var plain = PlainTransits()
      for index in 0..<count {
        let transit = Int64(index * 10 + round)
        store.append(transit, at: 0, &cursor)
        plain.append(transit)
      }
      #expect(store.sample(at: 0, upTo: cursor) == plain.sample)
    }
    #expect(store.sample(at: 1, upTo: other) == DelaySample(of: [7]))
  }
}

struct `Elements in memory that grows` {
  @Test func `stay what they are`() {
    var store = GrowingStore<Int64>()
    for index in 0..<1_000_000 { #expect(store.append(Int64(index) * 3) == index) }
    store[500_000] = -1
    for index in 0..<1_000_000 where index != 500_000 {
      guard store[index] == Int64(index) * 3 else {
        Issue.record("element \(index) is \(store[index])")
        return
      }
    }
    #expect(store[500_000] == -1)
  }
}

struct `Arrivals of several tables` {
  @Test func `come in the order of their places`() {
    var lists = ArrivalLists(count: 4)
    lists.removeAll(reserving: 100)
    var random = SplitMix(seed: 4)
    for place in 0..<100 {
      let arrival = Arrival(decoded: place, hash: 0, time: 0, place: place)
      if place % 9 == 0 {
        lists.appendToAll(arrival)
      } else {
        lists.append(arrival, to: Int(random.next() & 3))
      }
    }
    var heads = [8 of Int](repeating: 0)
    var places: [Int] = []
    for edge in [0, 1, 50, 50, .max] {
      while let arrival = lists.next(before: edge, after: &heads) {
        #expect(arrival.place < edge)
        places.append(arrival.place)
      }
    }
    #expect(places == Array(0..<100))
  }
}
