import Moves
import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct MaskTests {
  private static let own = [Story.key(16).source: "guest.example"]

  /// With an address wherever one may stand.
  private func dashboard(layout: Layout, isMasked: Bool = false) -> DashboardModel {
    var model = DashboardModel(
      layout: layout, points: Story.points, names: NameBook(own: Self.own), isMasked: isMasked)
    for var observed in threeStreamsObserved() {
      let level = OuterHeaders.Level(
        source: IPAddress(high: 0x2001_0db8_0001_0000, low: 1),
        destination: IPAddress(high: 0x2001_0db8_00aa_0000, low: 1))
      for index in observed.snapshots[0].streams.indices {
        observed.snapshots[0].streams[index].leg = Leg(levels: [level])
      }
      observed.marks = [
        Mark(
          time: observed.upTo, point: "xen1", kind: .bindingUpdate,
          detail: [
            ("source", .text("2001:db8:1::1")), ("prefixes", .list([.text("2001:db8:42::/64")])),
          ]),
        Mark(
          time: observed.upTo, point: "xen1", kind: .announce,
          detail: [("hardware_address", .text("00:16:3e:0a:0b:0c"))]),
        Story.userMark("cable of 192.0.2.7", at: observed.upTo),
      ]
      model.observe(observed)
    }
    return model
  }

  @Test(arguments: Layout.builtIn)
  func `no part of an address is left on a masked screen`(layout: Layout) {
    var model = dashboard(layout: layout)
    let secrets = ["2001", "db8", "192.0", "00:16", "guest.example"]
    func leaks(_ model: inout DashboardModel) -> [String] {
      model.render(width: 160, height: 50).text.filter { line in
        secrets.contains(where: line.contains)
      }
    }
    #expect(!leaks(&model).isEmpty)
    model.press(text: "x")
    #expect(leaks(&model).isEmpty)
    #expect(model.render(width: 160, height: 50).text[0].contains("MASKED"))
    _ = model.press(.enter)
    #expect(leaks(&model).isEmpty)
    #expect(model.unnamed.isEmpty)
    _ = model.press(.escape)
    for key in ["w", "W"] as [Character] {
      switch model.press(.character(key)) {
      case .writeScreen(let text), .writeTable(let text):
        // CSV has the year in it.
        #expect(!secrets.dropFirst(key == "W" ? 1 : 0).contains(where: text.contains))
      default: Issue.record("nothing is written")
      }
    }
    model.press(text: "x")
    #expect(!leaks(&model).isEmpty)
  }

  @Test func `each address keeps its number, the first of the table has 1`() {
    var model = dashboard(layout: .demo, isMasked: true)
    func streams() -> [String] {
      model.render(width: 120, height: 40).text[2...4].map {
        $0.dropFirst().split(separator: " ").prefix(3).joined(separator: " ")
      }
    }
    let expected = [
      "host-1:5004 > host-2:5004", "host-3:5004 > host-2:5004", "host-4:5004 > host-2:5004",
    ]
    #expect(streams() == expected)
    model.press(text: "r")
    #expect(streams() == expected.reversed())
    _ = model.press(.enter)
    let text = model.render(width: 120, height: 40).text
    #expect(text.contains(" from             host-1 port 5004"))
    #expect(text.contains { $0.hasSuffix(" leg host-5>host-6") })
    _ = model.press(.escape)
    let marks = model.render(width: 120, height: 40).text
    #expect(marks.contains { $0.hasSuffix("binding-update source host-5  prefixes host-7/64") })
    #expect(marks.contains { $0.hasSuffix("hardware_address mac") })
    #expect(marks.contains { $0.hasSuffix("user cable of host-8") })
  }

  @Test func `what stands there is found, and the address too`() {
    var model = dashboard(layout: .demo, isMasked: true)
    for text in ["fHOST-4:5004", "f::30"] {
      _ = model.render(width: 120, height: 40)
      model.press(text: "g" + text)
      #expect(model.render(width: 120, height: 40).text[4].hasPrefix("▸host-4:5004"))
      _ = model.press(.escape)
    }
    model.press(text: "/addr host-3")
    #expect(model.render(width: 120, height: 40).text[2].contains("host-3:5004"))
  }

  @Test(arguments: [
    ("::1 > 10.0.0.1:53, [2001:db8::1]:5004>192.0.2.1:5", "A > B:53, [C]:5004>D:5"),
    ("moved from 10.0.0.1.", "moved from A."),
    (
      "12:05:02.113 dead.beef 1.2 fade: 4:3 00:16:3e:00:00:01",
      "12:05:02.113 dead.beef 1.2 fade: 4:3 mac"
    ),
    ("", ""),
  ])
  func `addresses are found in a text`(text: String, covered: String) {
    var mask = Mask()
    mask.number(Mask.addresses(in: text))
    var expected = covered
    for (index, letter) in ["A", "B", "C", "D"].enumerated() {
      expected = expected.split(separator: letter, omittingEmptySubsequences: false)
        .joined(separator: "host-\(index + 1)")
    }
    #expect(mask.cover(text) == expected)
  }
}
