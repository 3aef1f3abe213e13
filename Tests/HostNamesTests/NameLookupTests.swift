import Foundation
import HostNames
import Synchronization
import Testing
import Wire

/// A resolver that answers only when it is let, and knows what it was asked for.
private final class Oracle: Sendable {
  private let asked = Mutex<[IPAddress]>([])
  private let gate = DispatchSemaphore(value: 0)
  private let clock = Mutex(ContinuousClock.now)

  var questions: [IPAddress] { asked.withLock { $0 } }
  var now: ContinuousClock.Instant { clock.withLock { $0 } }

  func pass(_ time: Duration) { clock.withLock { $0 += time } }

  func allow(_ count: Int) { for _ in 0..<count { gate.signal() } }

  /// The even ones have names, of the odd ones those below 100 have none.
  func answer(_ address: IPAddress) -> NameLookup.Answer {
    asked.withLock { $0.append(address) }
    gate.wait()
    guard address.low % 2 == 0 else { return address.low < 100 ? .none : .unknown }
    return HostName("host\(address.low)").map { .name($0) } ?? .none
  }
}

@Suite(.timeLimit(.minutes(1))) struct NameLookupTests {
  private func address(_ number: Int) -> IPAddress { IPAddress(high: 1, low: UInt64(number)) }

  /// Waits until something is so.
  private func wait(until isSo: () -> Bool) async throws {
    while !isSo() { try await Task.sleep(for: .milliseconds(1)) }
  }

  @Test func `nobody waits for an answer, and each address is asked for once`() async throws {
    let oracle = Oracle()
    let lookup = NameLookup(threads: 2, now: { oracle.now }, ask: oracle.answer)
    defer {
      lookup.stop()
      oracle.allow(9)
    }
    // While nothing is answered.
    for _ in 0..<3 { lookup.request([2, 4, 6, 2].map(address)) }
    #expect(lookup.take().isEmpty)
    try await wait { oracle.questions.count == 2 }
    oracle.allow(3)
    var found: [IPAddress: HostName] = [:]
    try await wait {
      found.merge(lookup.take()) { old, _ in old }
      return found.count == 3
    }
    #expect(
      found.mapValues(\.text) == [
        address(2): "host2", address(4): "host4", address(6): "host6",
      ])
    #expect(oracle.questions.count == 3)
    #expect(lookup.take().isEmpty)
  }

  @Test(arguments: [(1, 300), (101, 30)])
  func `an address without a name is asked for again after a while`(number: Int, seconds: Int)
    async throws
  {
    let oracle = Oracle()
    let lookup = NameLookup(threads: 1, now: { oracle.now }, ask: oracle.answer)
    defer {
      lookup.stop()
      oracle.allow(9)
    }
    lookup.request([address(number)])
    oracle.allow(2)
    // The one thread is done with the first once it asks for the second.
    lookup.request([address(2)])
    try await wait { !lookup.take().isEmpty }
    oracle.pass(.seconds(seconds - 1))
    lookup.request([address(number)])
    lookup.request([address(4)])
    oracle.allow(1)
    try await wait { !lookup.take().isEmpty }
    #expect(oracle.questions == [number, 2, 4].map(address))
    oracle.pass(.seconds(1))
    lookup.request([address(number)])
    try await wait { oracle.questions == [number, 2, 4, number].map(address) }
  }

  @Test func `more than the queue holds is left, and taken when it is asked for again`()
    async throws
  {
    let oracle = Oracle()
    let lookup = NameLookup(threads: 1, now: { oracle.now }, ask: oracle.answer)
    defer {
      lookup.stop()
      oracle.allow(1000)
    }
    lookup.request([address(2)])
    try await wait { oracle.questions.count == 1 }
    let many = (2...400).map { address($0 * 2) }
    lookup.request(many)
    oracle.allow(1 + NameLookup.queueLimit)
    var found = 0
    try await wait {
      found += lookup.take().count
      return found == 1 + NameLookup.queueLimit
    }
    #expect(oracle.questions.count == 1 + NameLookup.queueLimit)
    lookup.request(Array(many.dropFirst(NameLookup.queueLimit)))
    oracle.allow(many.count - NameLookup.queueLimit)
    try await wait {
      found += lookup.take().count
      return found == 1 + many.count
    }
  }

  @Test func `only so many addresses without a name are remembered`() async throws {
    let asked = Mutex(0)
    let instant = ContinuousClock.now
    let lookup = NameLookup(threads: 1, now: { instant }) { address in
      asked.withLock { $0 += 1 }
      return address.low % 2 == 0 ? HostName("host").map { .name($0) } ?? .none : .none
    }
    defer { lookup.stop() }
    let odd = (0...NameLookup.nameless).map { address($0 * 2 + 1) }
    func askForAll() async throws {
      for start in stride(from: 0, to: odd.count, by: 100) {
        lookup.request(Array(odd[start..<min(start + 100, odd.count)]))
        // The one thread is done with them once it has the name of the last.
        lookup.request([address(2)])
        try await wait { !lookup.take().isEmpty }
      }
    }
    try await askForAll()
    let chunks = (odd.count + 99) / 100
    #expect(asked.withLock { $0 } == odd.count + chunks)
    try await askForAll()
    let again = odd.count - NameLookup.nameless / 2
    #expect(asked.withLock { $0 } == odd.count + again + 2 * chunks)
  }

  @Test func `this machine's own names are found`() async throws {
    let hosts = try String(contentsOfFile: "/etc/hosts", encoding: .utf8)
    guard let name = try HostsFile(parsing: hosts).names[IPAddress(ipv4: 0x7f00_0001)] else {
      return
    }
    #expect(SystemNames.ask(IPAddress(ipv4: 0x7f00_0001)) == HostName(name).map { .name($0) })
  }
}
