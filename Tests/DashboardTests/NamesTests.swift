import Moves
import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

/// Over the three streams, of .10, .20 and .30 to cc::1.
@Suite struct NamesTests {
  private static let own = [Story.key(16).source: "guest", Story.key(16).destination: "cn.example"]

  private func dashboard(_ names: [IPAddress: String] = [:], layout: Layout = .demo)
    -> DashboardModel
  {
    var model = DashboardModel(
      layout: layout, points: Story.points, names: NameBook(own: names))
    for observed in threeStreamsObserved() { model.observe(observed) }
    return model
  }

  private func stream(_ model: inout DashboardModel, _ row: Int) -> String {
    let line = model.render(width: 120, height: 40).text[2 + row].dropFirst()
    return line.split(separator: " ").prefix(3).joined(separator: " ")
  }

  private func line(_ model: inout DashboardModel) -> String {
    model.render(width: 80, height: 24).text[23]
  }

  @Test func `names of one's own are shown at once, and nobody is asked`() {
    var model = dashboard(Self.own)
    #expect(stream(&model, 0) == "guest:5004 > cn.example:5004")
    #expect(stream(&model, 1) == "2001:db8:42::20:5004 > cn.example:5004")
    #expect(model.unnamed.isEmpty)
  }

  @Test func `n goes on to names that are found, then to addresses, then to one's own again`() {
    var model = dashboard(Self.own)
    model.press(text: "n")
    #expect(line(&model) == " names of your file, else found (DNS)")
    #expect(Set(model.unnamed) == [Story.key(32).source, Story.key(48).source])
    model.learn([Story.key(32).source: "found", Story.key(16).source: "other"])
    #expect(model.unnamed == [Story.key(48).source])
    #expect(stream(&model, 0) == "guest:5004 > cn.example:5004")
    #expect(stream(&model, 1) == "found:5004 > cn.example:5004")
    model.press(text: "n")
    #expect(line(&model) == " addresses")
    #expect(stream(&model, 0) == "2001:db8:42::10:5004 > 2001:db8:cc::1:5004")
    #expect(model.unnamed.isEmpty)
    model.press(text: "n")
    #expect(line(&model) == " names of your file, else addresses")
    #expect(stream(&model, 1) == "2001:db8:42::20:5004 > cn.example:5004")
  }

  @Test func `without a file addresses are shown until their names are known`() {
    var model = dashboard()
    #expect(model.unnamed.isEmpty)
    model.press(text: "n")
    #expect(line(&model) == " names found (DNS), else addresses")
    #expect(stream(&model, 0) == "2001:db8:42::10:5004 > 2001:db8:cc::1:5004")
    #expect(model.unnamed.count == 4)
    model.learn([Story.key(16).destination: "cn"])
    #expect(stream(&model, 0) == "2001:db8:42::10:5004 > cn:5004")
  }

  @Test func `the detail and the hosts have names too, the search and the filter know them`()
    throws
  {
    let ntop = try #require(Layout.builtIn.first { $0.name == "ntop" })
    var model = dashboard(Self.own, layout: ntop)
    let hosts = model.render(width: 100, height: 40).text.drop { !$0.hasPrefix(" HOST") }
    #expect(hosts.contains { $0.hasPrefix(" cn.example  ") })
    model.press(text: "G")
    model.press(text: "fGUEST")
    _ = model.press(.escape)
    _ = model.press(.enter)
    let detail = model.render(width: 100, height: 40).text
    #expect(detail.contains(" from             guest 2001:db8:42::10 port 5004"))
    #expect(detail.contains(" to               cn.example 2001:db8:cc::1 port 5004"))
    _ = model.press(.escape)
    model.press(text: "/not guest")
    #expect(stream(&model, 0).hasPrefix("2001:db8:42::20:5004"))
  }

  @Test func `a name that is too long is shortened in its middle`() {
    var model = dashboard([Story.key(16).source: "a.very.long.name.of.a.guest.example"])
    #expect(
      model.render(width: 40, height: 10).text[2].hasPrefix("▸a.ver…ample:5004 xen1"))
  }

  @Test func `only so many names that were found are kept`() {
    var book = NameBook()
    book.goOn()
    for start in [0, 4_000] {
      book.learn(
        Dictionary(
          uniqueKeysWithValues: (start..<start + 4_000).map {
            (IPAddress(ipv4: UInt32($0)), "host\($0)")
          }))
    }
    #expect(book.name(of: IPAddress(ipv4: 1)) == nil)
    #expect(book.name(of: IPAddress(ipv4: 7_999)) == "host7999")
  }

  @Test func `the detail has addresses and legs in full, however narrow it is`() throws {
    let long = try #require(IPAddress("2001:db8:1234:5678:9abc:def0:1234:5678"))
    let level = OuterHeaders.Level(source: long, destination: long)
    var model = DashboardModel(layout: .demo, points: [])
    var snapshot = Story.snapshot(
      of: Point(name: "xen1"), from: Story.start,
      stream: StreamKey(source: long, sourcePort: 1, destination: long, destinationPort: 65535))
    snapshot.streams[0].leg = Leg(levels: [level, level])
    model.observe(Observed(upTo: Story.start + Story.second, snapshots: [snapshot]))
    #expect(model.render(width: 40, height: 10).text[2].hasPrefix("▸2001:d…34:5678:1 xen1"))
    _ = model.press(.enter)
    let lines = model.render(width: 40, height: 40).text
    let whole = lines.map { $0.dropFirst(18) }.joined()
    #expect(whole.contains("\(long)port 65535"))
    #expect(whole.contains("leg\(long)>\(long)/\(long)>\(long)"))
  }
}
