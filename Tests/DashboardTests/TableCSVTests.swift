import Moves
import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct TableCSVTests {
  private static let header = """
    time,source,source_port,destination,destination_port,source_name,destination_name,payload,on,\
    bits_per_second_2s,bits_per_second_10s,bits_per_second_40s,packets,ip_bytes,lost,jitter_ms,\
    moves,last_packet,pinned\r\n
    """

  private func csv(_ model: inout DashboardModel) -> String {
    guard case .writeTable(let text)? = model.press(.character("W")) else { return "" }
    return text
  }

  /// In 47 s it was away four times: 43 · 100 + 4 · 65 packets of 5000 bytes. 4 · 65 of the 3860 of the last
  /// 40 s, and 65 of the 965 of the last 10 s, are of those seconds.
  @Test func `a stream has every figure in full`() throws {
    var model = try dashboard(after: 47)
    #expect(
      csv(&model) == Self.header + """
        1970-01-01T12:05:07.000000000Z,2001:db8:42::a,5004,2001:db8:cc::1,5004,,,nemotop,xen1,\
        4000000,3860000,3860000,4560,22800000,16,0.42,4,1970-01-01T12:05:06.990000000Z,false\r\n
        """)
  }

  @Test func `the streams are those of the table, in its order, with their names and numbers`() {
    var model = DashboardModel(
      layout: .demo, points: Story.points, names: NameBook(own: [Story.key(16).source: "guest"]))
    for observed in threeStreamsObserved() { model.observe(observed) }
    model.press(text: "1r/not addr ::20")
    _ = model.press(.enter)
    func column(_ number: Int) -> [Substring] {
      csv(&model).split(whereSeparator: \.isNewline).dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)[number]
      }
    }
    #expect(column(1) == ["2001:db8:42::30", "2001:db8:42::10"])
    #expect(column(5) == ["", "guest"])
    #expect(column(18) == ["false", "false"])
    model.press(text: "Gpx")
    #expect(column(1) == ["host-1", "host-3"])
    #expect(column(5) == ["", ""])
    #expect(column(18) == ["true", "false"])
  }

  @Test func `of a moment before it has the figures of then`() throws {
    var model = try dashboard(after: 47)
    model.press(text: "[")
    var then = try dashboard(after: 17)
    #expect(csv(&model) == csv(&then))
  }

  @Test func `what is not known is empty`() {
    var model = DashboardModel(layout: .demo, points: [])
    var snapshot = Story.snapshot(of: Point(name: "xen1"), from: Story.start)
    snapshot.streams[0].sequence = nil
    snapshot.streams[0].jitter = nil
    snapshot.streams[0].payload = .unknown
    model.observe(Observed(upTo: Story.start + Story.second, snapshots: [snapshot]))
    model.observe(Observed(upTo: Story.start + .seconds(9)))
    #expect(
      csv(&model) == Self.header + """
        1970-01-01T12:04:29.000000000Z,2001:db8:42::a,5004,2001:db8:cc::1,5004,,,-,,\
        0,400000,100000,100,500000,,,0,1970-01-01T12:04:20.990000000Z,false\r\n
        """)
  }
}
