import ArgumentParser
import Dashboard
import Foundation
import HostNames

/// What `--names` takes.
let namesHelp = ArgumentHelp(
  "Names to show in the place of addresses, in the form of /etc/hosts. Nobody else is asked for a name, unless the key n asks for it.",
  valueName: "file")

/// What `--mask` does.
let maskHelp: ArgumentHelp =
  "Mask addresses and names in the dashboard: host-1, host-2 … stand in their place, as after the key x."

/// The names in a file.
///
/// - Throws: `Failure` where it cannot be read, or where it is no good.
func readNames(_ path: String) throws -> NameBook {
  guard let content = FileManager.default.contents(atPath: path) else {
    throw Failure(
      "cannot read the names in \(path): give a file with an address and its name in each line")
  }
  guard let text = String(data: content, encoding: .utf8) else {
    throw Failure("\(path) is no UTF-8 text: give a file with an address and its name in each line")
  }
  do throws(HostNamesError) {
    return NameBook(own: try HostsFile(parsing: text).names)
  } catch {
    throw Failure("\(path):\(error.explanation)")
  }
}

extension HostNamesError {
  fileprivate var explanation: String {
    switch self {
    case .notAnAddress(let text, let line):
      "\(line): '\(text)' is no address: write one before its name, such as 2001:db8::1 guest"
    case .noName(let address, let line):
      "\(line): \(address) has no name: write one behind it"
    case .notAName(let text, let line):
      "\(line): '\(text)' is no name: write letters, digits, -, _ and dots"
    }
  }
}
