/// A layout that is a part of the program, from `Dashboards/terminal`.
package struct BuiltInLayout: Sendable {
  package var name: String
  /// The file as it is.
  package var yaml: String

  /// In the order in which the key for the next layout goes through them.
  package static let all = [
    BuiltInLayout("demo", PackageResources.demo_yaml),
    BuiltInLayout("ntop", PackageResources.ntop_yaml),
    BuiltInLayout("moves", PackageResources.moves_yaml),
    BuiltInLayout("loss", PackageResources.loss_yaml),
    BuiltInLayout("minimal", PackageResources.minimal_yaml),
  ]

  private init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    yaml = String(decoding: bytes, as: UTF8.self)
  }

  /// What the file says of itself: the first sentence of the comment that it begins with.
  package var summary: String {
    let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).prefix {
      $0.hasPrefix("# ")
    }
    let text = lines.map { $0.dropFirst(2) }.joined(separator: " ")
    return String(text.prefix { $0 != "." })
  }
}

extension Layout {
  /// The built-in layouts. That each of them can be read is held by a test.
  package static let builtIn = BuiltInLayout.all.compactMap { try? Layout(yaml: $0.yaml) }

  package static let demo = builtIn[0]

  /// The built-in layouts besides this one, from the one that follows it on.
  package var others: [Layout] {
    let all = Self.builtIn
    guard let index = all.firstIndex(where: { $0.name == name }) else { return all }
    return Array(all[(index + 1)...] + all[..<index])
  }
}
