import Foundation

/// Programs that are installed.
package enum Program {
  /// Where the laboratory's commands are looked for.
  static let searchPath = [
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
  ]

  /// A program's absolute path; nil where it is not installed.
  package static func path(of name: String) -> String? {
    searchPath.lazy.map { "\($0)/\(name)" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }
}
