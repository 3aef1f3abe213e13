import Testing

@testable import Shuttle

@Suite struct ItineraryTests {
  private let hosts = ["xen1", "xen2", "xen3"].map { MigrationHost($0) }

  private func itinerary(_ bounds: ClosedRange<Duration>, seed: UInt64 = 1) -> Itinerary {
    Itinerary(hosts: hosts, every: bounds, seed: seed)
  }

  @Test(arguments: [("xen1", "xen2"), ("xen2", "xen3"), ("xen3", "xen1"), ("other", "xen1")])
  func `hosts have their turns in a circle`(host: String, next: String) {
    let found = itinerary(.seconds(1)...(.seconds(1))).host(after: MigrationHost(host))
    #expect(found.name == next)
  }

  @Test func `even intervals are even`() {
    let itinerary = itinerary(.seconds(300)...(.seconds(300)))
    #expect((1...100).allSatisfy { itinerary.interval(before: $0) == .seconds(300) })
  }

  @Test func `random intervals keep to their bounds, and fill them`() {
    let itinerary = itinerary(.seconds(180)...(.seconds(420)))
    let intervals = (1...1000).map { itinerary.interval(before: $0) }
    #expect(intervals.allSatisfy { (.seconds(180)...(.seconds(420))).contains($0) })
    #expect(intervals.contains { $0 < .seconds(200) })
    #expect(intervals.contains { $0 > .seconds(400) })
    #expect(Set(intervals).count == 1000)
  }

  @Test func `intervals depend on seed and number alone`() {
    let bounds = Duration.seconds(1)...(.seconds(9))
    let (one, other) = (itinerary(bounds, seed: 7), itinerary(bounds, seed: 8))
    #expect(one.interval(before: 5) == itinerary(bounds, seed: 7).interval(before: 5))
    #expect(one.interval(before: 5) != other.interval(before: 5))
  }

  @Test(arguments: [
    ("xen1", MigrationHost("xen1")),
    ("xen1=root@10.0.0.1", MigrationHost("xen1", at: "root@10.0.0.1")),
    (
      "a=/run/a.sock,exec:nc x,1",
      MigrationHost("a", at: "/run/a.sock", inbound: "exec:nc x,1")
    ),
    ("a=qemu:///system?x=y", MigrationHost("a", at: "qemu:///system?x=y")),
  ])
  func `a host is named with its places`(text: String, host: MigrationHost) {
    #expect(MigrationHost(parsing: text) == host)
  }

  @Test(arguments: ["", "=", "=x", "a=", "a=,b", "a=b,"])
  func `a host with an empty part is none`(text: String) {
    #expect(MigrationHost(parsing: text) == nil)
  }
}
