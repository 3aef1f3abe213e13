import Capture
import Foundation
import Lab

/// Why something cannot be measured: one line.
struct Failure: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }

  init(_ error: LabError) {
    switch error {
    case .noPrivateWorld(let reason):
      self.init("no namespaces of one's own to be had (\(reason)): run it as root")
    case .missingProgram(let name): self.init("\(name) is missing: install it")
    case .noPermission(let command, let reason), .commandFailed(let command, let reason),
      .cannotStart(let command, let reason):
      self.init("\(command): \(reason)")
    default: self.init("\(error)")
    }
  }
}

extension Failure {
  init(_ error: CaptureError, of file: String) {
    switch error {
    case .cannotOpen(_, let reason), .notACapture(_, let reason), .failed(_, let reason):
      self.init("\(file): \(reason)")
    default: self.init("\(file): \(error)")
    }
  }
}

/// The words for an errno.
func reason(_ code: Int32) -> String {
  unsafe String(cString: strerror(code))
}

/// One line on standard error, for whoever waits.
func note(_ line: String) {
  try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
}
