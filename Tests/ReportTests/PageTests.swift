import FoundationXML
import Moves
import Records
import Report
import Streams
import Testing
import Wire

@Suite struct PageTests {
  private static let example = Example.content.html()

  @Test func `the document is well-formed, and says its language and its parts`() throws {
    let page = try ParsedReport(Self.example)
    #expect(Self.example.hasPrefix("<!DOCTYPE html>\n"))
    #expect(page.document.rootElement()?["lang"] == "en")
    #expect(try page.texts("h1") == ["1 move: xen1 → xen2"])
    #expect(
      try page.texts("h2") == [
        "Where the stream was", "Moves", "Move by move", "Streams", "Clocks", "Blindness",
        "Points", "Marks",
      ])
    #expect(try page.texts("title").first == "1 move: xen1 → xen2 – nemotop")
  }

  @Test func `every drawing has a role, a title and a description of its own`() throws {
    let page = try ParsedReport(Self.example)
    let drawings = try page.elements("svg")
    // The throughput and the move, each for wide and narrow screens.
    #expect(drawings.count == 4)
    let identifiers = try page.document.nodes(forXPath: "//@id").compactMap(\.stringValue)
    #expect(Set(identifiers).count == identifiers.count)
    for drawing in drawings {
      #expect(drawing["role"] == "img")
      let names = try #require(drawing["aria-labelledby"]).split(separator: " ")
      #expect(names.count == 2)
      #expect(names.allSatisfy { identifiers.contains(String($0)) })
    }
    let description = try #require(try page.texts("desc").last)
    #expect(description.contains("xen1: last at 0 ms"))
    #expect(description.contains("xen2: first tunnelled at +310.0 ms"))
    #expect(description.contains("4 lost, last seen at ha in"))
  }

  @Test func `every table has a caption and headers with their scope`() throws {
    let page = try ParsedReport(Self.example)
    let tables = try page.elements("table")
    #expect(tables.count >= 7)
    #expect(try page.elements("caption").count == tables.count)
    #expect(try page.elements("th", "[not(@scope)]").isEmpty)
    #expect(try page.elements("th", "[@scope='row']").count >= 7)
  }

  @Test func `nothing is asked for from elsewhere, and there are no scripts`() throws {
    let page = try ParsedReport(Self.example)
    #expect(try page.elements("script").isEmpty)
    for name in ["src", "href", "srcset", "action", "data", "poster", "style"] {
      let values = try page.document.nodes(forXPath: "//@*[local-name()='\(name)']")
        .compactMap(\.stringValue)
      #expect(values == (name == "href" ? ["data:,"] : []))
    }
    let style = try #require(try page.texts("style").first)
    #expect(!style.contains("url(") && !style.contains("@import") && style.contains("@media print"))
    #expect(style.contains("prefers-color-scheme: dark"))
  }

  @Test func `figures are those of the records, exactly`() throws {
    var move = Example.move
    move.receiverGap = .nanoseconds(355_000_001)
    let content = report(
      Example.points, steps(Example.points, Example.passings, seconds: 3, moves: [move]))
    let page = try ParsedReport(content.html())
    let values = try page.elements("data").compactMap { $0["value"] }
    #expect(values.contains("355.000001"))
    #expect(values.contains("310"))
    #expect(values.contains("300"))
    #expect(try page.texts("td").contains("±0.400"))
    #expect(
      try page.texts("figcaption").contains { $0.contains("Lost: 4: 4 unbound.") })
  }

  @Test func `what is not known is a dash or is named, never 0`() throws {
    var bare = Move(
      stream: stream, fromPoint: "xen1", fromLeg: tunnel(1), toPoint: "xen2", toLeg: tunnel(2),
      lastBefore: moment(990.1), firstAfter: moment(1300.1))
    let points = recorded("xen1", "xen2")
    let passings = [Example.passings[2], Example.passings[4]]
    var page = try ParsedReport(
      report(points, steps(points, passings, seconds: 3, moves: [bare])).html())
    #expect(try page.texts("figcaption").contains { $0.contains("Uncertainty ±?") })
    let notes = try page.texts("p").joined()
    #expect(notes.contains("Not known (–) of any move: receiver gap ms; lost."))
    #expect(notes.contains("Parts of the gap, in ms: not known (–) of any move: paused; held;"))
    let reasons = try page.texts("li").joined()
    #expect(reasons.contains("No home agent or receiver was observed"))
    #expect(reasons.contains("Undetermined"))

    bare.lost = 3
    page = try ParsedReport(
      report(points, steps(points, passings, seconds: 3, moves: [bare, Example.move])).html())
    #expect(try page.elements("td", "[@class='unknown']").count > 5)
    #expect(try page.texts("td").contains("±?"))
    // A sum of which a part is unknown is unknown.
    let sums = try page.elements("tr", "[*[local-name()='th'][.='all']]")
    #expect(sums.first?.stringValue?.contains("7–") == true, "\(sums)")
  }

  @Test func `names and texts of others are shown as they are`() throws {
    let hostile = "x\"><script>alert(1)</script><!--'&amp;\u{0}\u{202E}"
    let points = recorded("xen1", "xen2") + recorded(hostile, boot: hostile)
    var passings = [Example.passings[2], Example.passings[4]]
    passings.append(Passing(hostile, tunnel(1), Example.passings[2].packets))
    var move = Example.move
    move.fromPoint = hostile
    move.decidedBy = [hostile]
    let marks = [
      Mark(time: moment(5), kind: .user, detail: [("text", .text(hostile))]),
      Mark(
        time: moment(6), point: hostile, kind: .clock,
        detail: [(hostile, .list([.text(hostile), .null]))]),
    ]
    let content = report(
      points, steps(points, passings, seconds: 3, marks: marks, moves: [move, move]))
    let html = content.html(title: hostile)
    let page = try ParsedReport(html)
    #expect(try page.elements("script").isEmpty)
    #expect(!html.contains("<script"))
    let shown = "x\"><script>alert(1)</script><!--'&amp;\u{FFFD}\u{FFFD}"
    #expect(try page.texts("h1") == [shown])
    #expect(try page.texts("td").contains(shown))
    #expect(try page.texts("th").contains(shown))
  }

  @Test func `without anything there is a report that says so`() throws {
    for points in [[], recorded("xen1")] {
      let content = report(points, [])
      let page = try ParsedReport(content.html())
      #expect(try page.texts("h1") == ["No stream was seen"])
      #expect(try page.elements("svg").isEmpty)
      #expect(try page.texts("p").contains("The sources hold no packet."))
    }
  }

  @Test func `one point alone has a throughput, and no moves`() throws {
    let points = recorded("cn")
    let content = report(points, steps(points, [Example.passings[8]], seconds: 3))
    let page = try ParsedReport(content.html())
    #expect(try page.texts("h1") == ["No stream moved"])
    #expect(try page.elements("svg").count == 2)
    #expect(
      try page.texts("p").contains(
        "No stream moved from one place to another while it was observed."))
  }

  @Test func `blind times are hatched, listed and counted`() throws {
    let points = recorded("xen1", "xen2")
    var steps = steps(points, [Example.passings[2], Example.passings[4]], seconds: 3)
    steps[1].snapshots[0].captureDrops = 12
    let page = try ParsedReport(report(points, steps).html())
    #expect(
      try page.texts("li").contains(
        "xen2 was blind from 12:05:01.000 to 12:05:02.000; the capture dropped 12 packets."))
    #expect(try page.elements("rect", "[starts-with(@fill,'url(#')]").count == 2)
  }

  @Test func `clocks are told apart by their hosts`() throws {
    func lines(_ points: [RecordedPoint]) throws -> String {
      try ParsedReport(report(points, []).html()).texts("li").joined(separator: " ")
    }
    #expect(try lines(recorded("xen1", "xen2")).contains("dated by the clock of one host: their"))
    let apart = try lines(recorded("xen1", "xen1.vif", boot: "a") + recorded("xen2", boot: "b"))
    #expect(apart.contains("xen1 and xen1.vif were dated by the clock of one host."))
    #expect(apart.contains("xen2 had a clock of its own."))
    #expect(apart.contains("±?"))
    #expect(try lines(recorded("xen1", "xen2", boot: nil)).contains("is not known"))
  }

  @Test func `several moves have distributions`() throws {
    var other = Example.move
    other.receiverGap = .milliseconds(345)
    other.paused = .milliseconds(290)
    let content = report(
      Example.points,
      steps(Example.points, Example.passings, seconds: 3, moves: [Example.move, other]))
    let page = try ParsedReport(content.html())
    let table = try page.elements(
      "table", "[*[local-name()='caption'][.='Distributions over the moves']]")
    #expect(table.first?.stringValue?.contains("pausedms2 of 2290.000292.500295.000") == true)
    #expect(try page.elements("svg").count == 8)
  }

  @Test func `a day of moves is a report of a few megabytes that says what it leaves out`() throws {
    let points = recorded("xen1", "xen2", "cn")
    var builder = ReportBuilder(points: points)
    // 300 moves, one every 288 s: some 100 000 intervals with the receiver's.
    for second in 0..<50_000 {
      let isOnFirst = second / 167 % 2 == 0
      let start = Double(second) * 1000
      let packets = (0..<4).map { (Int64(second * 4 + $0), start + Double($0) * 250) }
      let server = Passing(isOnFirst ? "xen1" : "xen2", tunnel(isOnFirst ? 1 : 2), packets)
      let receiver = Passing("cn", .direct, packets.map { ($0.0, $0.1 + 20) })
      var step = Observed(upTo: moment(start + 1000))
      for (point, passing) in [(isOnFirst ? 0 : 1, server), (2, receiver)] {
        guard let interval = passing.interval(second) else { continue }
        step.snapshots.append(
          Snapshot(
            point: points[point].point, start: moment(start), length: .seconds(1),
            streams: [interval]))
      }
      if second > 0, second % 167 == 0 {
        var move = Example.move
        (move.fromPoint, move.fromLeg) = isOnFirst ? ("xen2", tunnel(2)) : ("xen1", tunnel(1))
        (move.toPoint, move.toLeg) = isOnFirst ? ("xen1", tunnel(1)) : ("xen2", tunnel(2))
        move.lastBefore = moment(start - 100)
        move.firstAfter = moment(start)
        move.lastNumber = Int64(second * 4 - 1)
        move.firstNumber = Int64(second * 4)
        move.receiverGap = .milliseconds(100 + second % 90)
        step.moves.append(move)
      }
      builder.take(step)
    }
    let content = builder.finish()
    #expect(content.moves.count == 299)
    let html = content.html()
    #expect(html.utf8.count < 3_000_000)
    let page = try ParsedReport(html)
    #expect(try page.elements("svg").count == 2 * (1 + 48 + 1))
    #expect(
      try page.texts("p").contains(
        "Drawn are the 48 longest of 299 moves; the tables tell of all others."))
  }

  @Test func `a crowd of streams is told of in sum`() throws {
    let points = recorded("xen1")
    let streams = (0..<500).map { index in
      StreamInterval(
        stream: StreamKey(
          source: IPAddress(high: 1, low: UInt64(index)), sourcePort: 1, destination: guest,
          destinationPort: 2), leg: .direct, payload: .unknown, packets: 500 - index,
        ipBytes: 1000, udpBytes: 900, wireBytes: 1100, firstTime: moment(0),
        lastTime: moment(900))
    }
    let step = Observed(
      upTo: moment(1000),
      snapshots: [
        Snapshot(point: points[0].point, start: moment(0), length: .seconds(1), streams: streams)
      ])
    let page = try ParsedReport(report(points, [step]).html())
    #expect(try page.elements("svg").count == 24)
    let notes = try page.texts("p").joined()
    #expect(notes.contains("the streams from 488 more addresses"))
    #expect(notes.contains("Left out: 460 streams"))
  }
}
