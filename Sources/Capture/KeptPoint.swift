package import Streams
import Wire

/// A point as a kept capture describes it: all that its records need beside the packets.
///
/// In the file it is an interface (draft-ietf-opsawg-pcapng section 4.2): `if_name` is the point's
/// name, `if_description` what it watched, and a comment of words holds the rest:
/// `nemotop role=external interval=1s left-after=1s gap-over=50ms decap=geneve,teredo boot-id=…`.
package struct KeptPoint: Sendable, Equatable {
  package var point: Point
  /// What the point watched.
  package var source: String
  /// How its packets were counted.
  package var counting: CountingOptions
  /// The boot id of the host whose clock dated the packets.
  package var bootIdentifier: String?

  package init(
    point: Point, source: String, counting: CountingOptions, bootIdentifier: String? = nil
  ) {
    self.point = point
    self.source = source
    self.counting = counting
    self.bootIdentifier = bootIdentifier
  }

  var comment: String {
    var words = [
      "nemotop", "role=\(point.role.rawValue)", "interval=\(Self.text(counting.interval))",
      "left-after=\(Self.text(counting.leftAfter))", "gap-over=\(Self.text(counting.gapOver))",
    ]
    if !counting.decapsulation.isEmpty { words.append("decap=\(counting.decapsulation)") }
    if let bootIdentifier { words.append("boot-id=\(bootIdentifier)") }
    return words.joined(separator: " ")
  }

  /// Nil where the interface is none of a kept capture.
  init?(_ interface: PcapngDescription) {
    guard let name = interface.name, let comment = interface.comment else { return nil }
    let words = comment.split(separator: " ")
    guard words.first == "nemotop" else { return nil }
    func value(_ name: String) -> String? {
      words.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
    guard let role = value("role").flatMap(Point.Role.init(rawValue:)),
      let interval = value("interval").flatMap(Quantity.duration),
      let leftAfter = value("left-after").flatMap(Quantity.duration),
      let gapOver = value("gap-over").flatMap(Quantity.duration)
    else { return nil }
    self.init(
      point: Point(name: name, role: role), source: interface.description ?? "",
      counting: CountingOptions(
        interval: interval, leftAfter: leftAfter, gapOver: gapOver,
        decapsulation: value("decap").flatMap { Decapsulation($0) } ?? []),
      bootIdentifier: value("boot-id"))
  }

  private static func text(_ duration: Duration) -> String {
    let nanoseconds = duration.wholeNanoseconds
    for (scale, unit) in [(1_000_000_000, "s"), (1_000_000, "ms")] as [(Int64, String)]
    where nanoseconds % scale == 0 {
      return "\(nanoseconds / scale)\(unit)"
    }
    return "\(nanoseconds)ns"
  }
}

/// What the comments in a kept capture say.
enum KeptComment {
  static let mark = "mark: "
  static let absence = "capture ended: "
  static let presence = "capture resumed"
  static let mayHoldSegments = "may hold segments"
}
