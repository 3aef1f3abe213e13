import Foundation

/// What the dashboard writes, each time into a new file in the current folder.
enum DashboardFile {
  /// Files of one second at the most.
  private static let most = 100

  /// Writes a text, and says where or why not.
  static func write(_ text: String, as kind: String, at date: Date = Date()) -> String {
    let name = "nemotop-" + date.formatted(style)
    for number in 1...most {
      let file = name + (number == 1 ? "" : "-\(number)") + "." + kind
      do {
        try Data(text.utf8).write(
          to: URL(fileURLWithPath: file), options: .withoutOverwriting)
        return "written: \(file)"
      } catch let error as CocoaError where error.code == .fileWriteFileExists {
        continue
      } catch {
        break
      }
    }
    return "no file here: start in a folder of yours"
  }

  private static let style = Date.VerbatimFormatStyle(
    format:
      "\(year: .defaultDigits)\(month: .twoDigits)\(day: .twoDigits)-\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\(second: .twoDigits)",
    timeZone: .current, calendar: .init(identifier: .gregorian))
}
