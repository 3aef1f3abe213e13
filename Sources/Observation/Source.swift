package import Streams

/// Where a point's data come from: `[NAME[@ROLE]=]WHAT`.
package struct Source: Sendable, Equatable {
  /// What is behind the name.
  package enum Kind: Sendable, Equatable {
    /// A live interface, in the network namespace at this path or in the program's own.
    case interface(String, namespace: String?)
    /// A capture file; `-` is standard input.
    case capture(path: String)
    /// Records that were logged: a JSON Lines file or a folder of CSV files.
    case recording(path: String)
    /// A line for the shell: the program writes JSON Lines.
    case program(String)
    /// An interface of another host, that nemotop observes there, reached through OpenSSH.
    case remote(host: String, interface: String)
  }

  /// How much of the point the user named.
  package enum Naming: Sendable {
    /// Nothing: the point is called after what it is.
    case ownName
    case name
    case nameAndRole
  }

  package var point: Point
  package var kind: Kind
  package var naming: Naming

  package init(point: Point, kind: Kind, naming: Naming = .nameAndRole) {
    self.point = point
    self.kind = kind
    self.naming = naming
  }

  /// Whether packets are captured as they come.
  var isLive: Bool {
    if case .interface = kind { true } else { false }
  }

  /// Reads the text form, asking `exists` what kind of file a path is.
  ///
  /// A path, that is what has a slash or a capture's or recording's ending or is there, is a file or
  /// folder; anything else is an interface. `netns:NAME:INTERFACE` is an interface in a namespace of
  /// `ip netns`, `exec:COMMAND` a program, `ssh:HOST:INTERFACE` an interface of another host. Without
  /// a name a file's point is called after the file, an interface's after it, another host's after the
  /// host.
  package init(
    parsing text: String, files: (String) -> FileKind
  ) throws(SourceError) {
    var what = text[...]
    var name: String?
    var role: Point.Role?
    guard !text.hasPrefix(Self.programPrefix) else { throw .namelessProgram(text) }
    if !text.hasPrefix(Self.remotePrefix), let equals = text.firstIndex(of: "="),
      !text[..<equals].contains("/")
    {
      let label = text[..<equals]
      what = text[text.index(after: equals)...]
      let parts = label.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
      name = String(parts[0])
      if parts.count == 2 {
        guard let given = Point.Role(rawValue: String(parts[1])) else {
          throw .unknownRole(String(parts[1]), source: text)
        }
        role = given
      }
      guard let name, !name.isEmpty,
        name.allSatisfy({ $0.isLetter || $0.isNumber || "._-:".contains($0) })
      else { throw .badName(String(label), source: text) }
    }
    guard !what.isEmpty else { throw .nothingNamed(source: text) }
    kind = try Self.kind(of: String(what), files: files)
    point = Point(name: name ?? Self.name(for: kind), role: role)
    naming = name == nil ? .ownName : role == nil ? .name : .nameAndRole
  }

  /// What a path is.
  package enum FileKind: Sendable {
    case absent, file, folder
  }

  private static let programPrefix = "exec:"
  private static let remotePrefix = "ssh:"

  private static func kind(
    of what: String, files: (String) -> FileKind
  ) throws(SourceError) -> Kind {
    if what.hasPrefix("netns:") {
      let parts = what.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3, !parts[1].isEmpty, !parts[2].isEmpty else {
        throw .badNamespace(what)
      }
      return .interface(String(parts[2]), namespace: "/run/netns/" + parts[1])
    }
    if what.hasPrefix(programPrefix) {
      let line = String(what.dropFirst(programPrefix.count))
      guard line.contains(where: { !$0.isWhitespace }) else { throw .badProgram(what) }
      return .program(line)
    }
    if what.hasPrefix(remotePrefix) { return try remote(what) }
    if what == "-" { return .capture(path: what) }
    let isRecording = what.hasSuffix(".jsonl")
    switch files(what) {
    case .folder: return .recording(path: what)
    case .file: return isRecording ? .recording(path: what) : .capture(path: what)
    case .absent:
      let endings = [".pcap", ".pcapng", ".cap", ".gz", ".dmp"]
      if isRecording || what.contains("/") || endings.contains(where: what.hasSuffix) {
        throw .noSuchFile(what)
      }
      return .interface(what, namespace: nil)
    }
  }

  /// An address of IPv6 stands in brackets.
  private static func remote(_ what: String) throws(SourceError) -> Kind {
    let rest = what.dropFirst(remotePrefix.count)
    let user = rest.prefix { $0 != "[" && $0 != ":" }
    let afterUser = rest[user.endIndex...]
    let isBracketed = afterUser.first == "[" && (user.isEmpty || user.last == "@")
    let hostEnd =
      isBracketed
      ? afterUser.firstIndex(of: "]").map { rest.index(after: $0) } : rest.firstIndex(of: ":")
    guard let hostEnd, hostEnd < rest.endIndex, rest[hostEnd] == ":" else { throw .badRemote(what) }
    let host = rest[..<hostEnd].filter { $0 != "[" && $0 != "]" }
    let interface = String(rest[rest.index(after: hostEnd)...])
    // What begins with - would be an option of ssh's.
    guard !host.isEmpty, !host.hasPrefix("-"), !interface.isEmpty,
      host.allSatisfy({ $0.isLetter || $0.isNumber || "._-:@%".contains($0) }),
      !interface.contains(where: { $0.isWhitespace || $0.isNewline })
    else { throw .badRemote(what) }
    return .remote(host: host, interface: interface)
  }

  private static func name(for kind: Kind) -> String {
    switch kind {
    case .interface(let name, _): return name
    case .program(let line): return line
    case .remote(let host, _):
      return String(host[(host.lastIndex(of: "@").map(host.index(after:)) ?? host.startIndex)...])
    case .capture(let path) where path == "-": return "stdin"
    case .capture(let path), .recording(let path):
      let file = path.split(separator: "/").last.map(String.init) ?? path
      let stem = file.split(separator: ".").first.map(String.init) ?? file
      for ending in [".gz", ".pcapng", ".pcap", ".cap", ".jsonl", ".dmp"]
      where file.hasSuffix(ending) {
        let whole = String(file.dropLast(ending.count))
        return whole.hasSuffix(".pcap") ? String(whole.dropLast(5)) : whole
      }
      return stem
    }
  }
}

/// Why a source's text cannot be read.
package enum SourceError: Error, Equatable, Sendable {
  case unknownRole(String, source: String)
  case badName(String, source: String)
  case nothingNamed(source: String)
  case badNamespace(String)
  case noSuchFile(String)
  /// A program whose point has no name.
  case namelessProgram(String)
  case badProgram(String)
  case badRemote(String)

  /// Whether it is written wrongly, rather than not there.
  package var isUsage: Bool {
    switch self {
    case .unknownRole, .badName, .nothingNamed, .badNamespace, .namelessProgram, .badProgram,
      .badRemote:
      true
    case .noSuchFile: false
    }
  }
}
