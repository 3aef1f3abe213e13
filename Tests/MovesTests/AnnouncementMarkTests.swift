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
}
