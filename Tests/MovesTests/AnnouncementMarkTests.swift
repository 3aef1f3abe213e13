import Streams
import Testing
import Wire

@testable import Moves

struct AnnouncementMarkTests {
  @Test(arguments: [nil, IPAddress(ipv4: 0xc000_020a), IPAddress(high: 0x2001_0db8 << 32, low: 1)])
  func `an announcement is a mark, and comes back from it`(address: IPAddress?) throws {
    for form in Announcement.Form.allCases {
      let heard = HeardAnnouncement(
        time: Timestamp(nanoseconds: 5),
        announcement: Announcement(
          form: form, hardwareAddress: HardwareAddress(bits: 0x5254_0012_3456), address: address))
      let mark = Mark(heard, at: Point(name: "xen1"))
      #expect(mark.kind == .announce)
      #expect(mark.point == "xen1")
      #expect(mark.detail.map(\.name) == ["announcement", "mac", "address"])
      #expect(mark.detail[1].value == .text("52:54:00:12:34:56"))
      #expect(HeardAnnouncement(mark) == heard)
    }
  }

  @Test func `what a snapshot heard is told as a mark`() {
    let point = Point(name: "xen2")
    var snapshot = Snapshot(point: point, start: Timestamp(nanoseconds: 0), length: .seconds(1))
    let heard = HeardAnnouncement(
      time: Timestamp(nanoseconds: 7),
      announcement: Announcement(form: .reverseARP, hardwareAddress: HardwareAddress(bits: 1)))
    snapshot.announcements = [heard]
    var correlator = Correlator(points: [point], options: CountingOptions())
    #expect(correlator.take([snapshot]).marks == [Mark(heard, at: point)])
  }

  /// A guest moves within its segment: switches hear of it, and no home agent does.
  @Test func `the announcement of a guest belongs to its move`() throws {
    func at(_ milliseconds: Int64) -> Timestamp { Timestamp(nanoseconds: milliseconds * 1_000_000) }
    let guest = IPAddress(ipv4: 0xc000_020a)
    let stream = StreamKey(
      source: guest, sourcePort: 1, destination: IPAddress(ipv4: 0xc000_0201), destinationPort: 2)
    let hardware = HardwareAddress(bits: 0x5254_0012_3456)
    func heard(
      _ time: Int64, _ form: Announcement.Form, of address: HardwareAddress, ip: IPAddress?
    )
      -> HeardAnnouncement
    {
      HeardAnnouncement(
        time: at(time),
        announcement: Announcement(form: form, hardwareAddress: address, address: ip))
    }
    let points = [Point(name: "xen1"), Point(name: "xen2")]
    var correlator = Correlator(points: points, options: CountingOptions())
    var marks: [Mark] = []
    for second in Int64(0)..<8 {
      let isFirst = second < 4
      var snapshot = Snapshot(
        point: points[isFirst ? 0 : 1], start: at(second * 1000), length: .seconds(1))
      snapshot.streams = [
        StreamInterval(
          stream: stream, leg: .direct, payload: .unknown, packets: 10, ipBytes: 1, udpBytes: 1,
          wireBytes: 1, firstTime: at(second * 1000 + 300), lastTime: at(second * 1000 + 900))
      ]
      if second == 1 {
        // Before the move: it tells which hardware address the guest has.
        snapshot.announcements = [heard(1500, .requestARP, of: hardware, ip: guest)]
      }
      if second == 4 {
        snapshot.announcements = [
          heard(4100, .reverseARP, of: HardwareAddress(bits: 7), ip: nil),
          heard(4200, .reverseARP, of: hardware, ip: nil),
        ]
      }
      marks += correlator.take([snapshot]).marks
    }
    marks += correlator.finish(at: at(8000)).marks
    let moved = try #require(marks.first { $0.kind == .moved })
    #expect(moved["announcement"]?.text == "rarp")
    #expect(moved["announced"]?.text == "\(at(4200))")
  }
}
