package import Wire

/// Names of addresses in the form of hosts(5): an address, its name, and other names a line.
package struct HostsFile: Sendable {
  /// The first name of each address; of an address in several lines, that of the first one.
  package private(set) var names: [IPAddress: String] = [:]

  /// Reads the text of a file. What follows a `#` is a comment.
  ///
  /// - Throws: `HostNamesError` with the first line that is wrong.
  package init(parsing text: String) throws(HostNamesError) {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first else { continue }
      guard let address = IPAddress(first) else {
        throw .notAnAddress(first, line: index + 1)
      }
      guard words.count > 1 else { throw .noName(address, line: index + 1) }
      for word in words.dropFirst() where HostName(word) == nil {
        throw .notAName(word, line: index + 1)
      }
      if names[address] == nil { names[address] = words[1] }
    }
  }
}

/// What is wrong with a file of names. The commands word it.
package enum HostNamesError: Error, Equatable, Sendable {
  case notAnAddress(String, line: Int)
  case noName(IPAddress, line: Int)
  case notAName(String, line: Int)
}
