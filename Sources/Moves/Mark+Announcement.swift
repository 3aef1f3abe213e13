package import Streams
import Wire

extension Mark {
  /// Says that a guest announced itself, or was announced: by what message, with which hardware
  /// address, and for which IP address where the message names one.
  init(_ heard: HeardAnnouncement, at point: Point) {
    let announcement = heard.announcement
    self.init(
      time: heard.time, point: point.name, kind: .announce,
      detail: [
        ("announcement", .text(announcement.form.rawValue)),
        ("mac", .text("\(announcement.hardwareAddress)")),
        ("address", announcement.address.map { .text("\($0)") } ?? .null),
      ])
  }
}

extension HeardAnnouncement {
  /// The announcement that a mark tells of; nil for other marks.
  package init?(_ mark: Mark) {
    guard mark.kind == .announce, let form = mark["announcement"]?.text,
      let form = Announcement.Form(rawValue: form),
      let hardwareAddress = mark["mac"]?.text.flatMap(HardwareAddress.init)
    else { return nil }
    self.init(
      time: mark.time,
      announcement: Announcement(
        form: form, hardwareAddress: hardwareAddress, address: mark["address"]?.address))
  }
}
