import Moves
import Screen
import Wire

/// A column of the list of Binding Updates and Acknowledgements, by its name in the layouts.
enum SignallingColumn: String, CaseIterable {
  case time, at, message, sequence, home
  case careOf = "care-of"
  case lifetime, status

  func column(width: Int) -> Column {
    switch self {
    case .time:
      Column(heading: "TIME", width: width < 60 ? 8 : 12, priority: 1, isRightAligned: false)
    case .at: Column(heading: "AT", width: 6, priority: 4, isRightAligned: false)
    case .message: Column(heading: "BINDING", width: 7, priority: 2, isRightAligned: false)
    case .sequence: Column(heading: "SEQ", width: 5, priority: 5)
    case .home: Column(heading: "HOME", width: 16, priority: 7, isRightAligned: false)
    case .careOf: Column(heading: "CARE-OF", width: 16, priority: 6, isRightAligned: false)
    case .lifetime: Column(heading: "LIFETIME", width: 8, priority: 8)
    case .status:
      Column(
        heading: "STATUS", width: 18, priority: 3, isRightAligned: false, isFlexible: true)
    }
  }
}

/// The Binding Updates and Acknowledgements as they passed the points, the newest first.
struct SignallingPane: Pane {
  var columns: [SignallingColumn]

  func rows(_ view: View, width: Int) -> RowNeed {
    RowNeed(least: 2, most: 1 + max(marks(view, limit: 50).count, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let marks = marks(view, limit: grid.height - 1)
    var made = columns.map { $0.column(width: grid.width) }
    if let at = columns.firstIndex(of: .at) {
      made[at].width = marks.compactMap { $0.point?.cells }.reduce(made[at].width, max)
    }
    grid.draw(marks, in: made, orNote: "no Binding Update seen") { mark, index, width in
      (
        text(columns[index], of: mark, view, width: width),
        style(columns[index], of: mark, view)
      )
    }
  }

  private func marks(_ view: View, limit: Int) -> [Mark] {
    Array(
      view.history.marks.reversed().lazy
        .filter { [.bindingUpdate, .bindingAcknowledgement].contains($0.kind) }.prefix(limit))
  }

  private func text(
    _ column: SignallingColumn, of mark: Mark, _ view: View, width: Int
  ) -> String {
    let isUpdate = mark.kind == .bindingUpdate
    func detail(_ name: String) -> String? { mark[name]?.text }
    func address(_ text: String?) -> String {
      text.map(view.host(text:))?.shortenedInMiddle(to: width, ellipsis: view.glyphs.ellipsis)
        ?? view.glyphs.dash
    }
    switch column {
    case .time: return view.clock(mark.time, withMilliseconds: width >= 12)
    case .at: return mark.point ?? view.glyphs.dash
    case .message: return isUpdate ? "Update" : "Ack"
    case .sequence: return detail("sequence") ?? view.glyphs.dash
    case .home: return address(detail("home_address"))
    case .careOf:
      return address(
        isUpdate ? detail("alternate_care_of") ?? detail("source") : detail("destination"))
    case .lifetime: return detail("lifetime_s").map { $0 + " s" } ?? view.glyphs.dash
    case .status: return status(of: mark)
    }
  }

  /// The number and its words (RFC 6275 section 6.1.8); of an Update, what it asks for.
  private func status(of mark: Mark) -> String {
    if mark["checksum_right"] == .boolean(false) { return "wrong checksum" }
    guard mark.kind == .bindingAcknowledgement else {
      return mark["lifetime_s"] == .integer(0) ? "gives it back" : ""
    }
    guard case .integer(let number)? = mark["status"] else { return "" }
    let words = UInt8(exactly: number).flatMap(BindingStatus.init)?.description
    return "\(number) \(words ?? (number < 128 ? "accepted" : "refused"))"
  }

  private func style(_ column: SignallingColumn, of mark: Mark, _ view: View) -> Style {
    switch column {
    case .at: return mark.point.map(view.style(ofPoint:)) ?? .plain
    case .message: return .bold
    case .status:
      if mark["checksum_right"] == .boolean(false) { return .alarm }
      guard case .integer(let number)? = mark["status"] else { return .quiet }
      return number < 128 ? Style(.good) : .alarm
    default: return .plain
    }
  }
}
