import Screen
import Yams

/// Reads a layout, and notes everything that is wrong with it and where.
struct LayoutReader {
  private(set) var problems: [LayoutProblem] = []

  mutating func read(_ yaml: String) -> Layout? {
    let root: Node?
    do {
      root = try compose(yaml: yaml)
    } catch let error as YamlError {
      note(error)
      return nil
    } catch {
      problems.append(LayoutProblem(line: 1, key: "", text: String(describing: error)))
      return nil
    }
    guard let root, let mapping = root.mapping else {
      note(root, "", "\(Self.kind(of: root)); expected name and panes")
      return nil
    }
    refuseOthers(
      than: ["name", "units", "total", "window", "sort", "colours", "panes"], in: mapping,
      below: "")

    var layout = Layout(name: "", panes: [])
    if let name = required("name", of: mapping, in: root, below: "") {
      layout.name = name.scalar?.string ?? ""
      if layout.name.isEmpty { note(name, "name", "\(Self.kind(of: name)); expected a word") }
    }
    layout.inBytes = choice("units", of: mapping, from: ["bits", "bytes"]).map { $0 == "bytes" }
    layout.isCumulative = choice("total", of: mapping, from: ["yes", "no"]).map { $0 == "yes" }
    layout.window = mapping["window"].flatMap { number($0, "window", in: 1...3600) }.map(
      Double.init)
    layout.sort = choice("sort", of: mapping, from: PaneKind.streams.columnNames)
      .flatMap(StreamColumn.init)
    layout.colours = mapping["colours"].map { colours($0) } ?? [:]
    if let panes = required("panes", of: mapping, in: root, below: "") {
      if let sequence = panes.sequence, !sequence.isEmpty {
        layout.panes = sequence.enumerated().compactMap { pane($1, "panes[\($0 + 1)]") }
      } else {
        note(panes, "panes", "\(Self.kind(of: panes)); expected a list of panes")
      }
    }
    return problems.isEmpty ? layout : nil
  }

  private mutating func pane(_ node: Node, _ key: String) -> Layout.Entry? {
    guard let mapping = node.mapping else {
      note(node, key, "\(Self.kind(of: node)); expected pane and priority")
      return nil
    }
    refuseOthers(than: ["pane", "share", "priority", "columns"], in: mapping, below: key + ".")
    let name = required("pane", of: mapping, in: node, below: key + ".")
    let kind = name.flatMap { word($0, key + ".pane", from: PaneKind.allCases.map(\.rawValue)) }
      .flatMap(PaneKind.init)
    let priority = required("priority", of: mapping, in: node, below: key + ".")
      .flatMap { number($0, key + ".priority", in: 1...99) }
    let share = mapping["share"].flatMap { number($0, key + ".share", in: 0...99) }
    let names = mapping["columns"].flatMap { columns($0, of: kind, key + ".columns") }
    guard let kind, let priority else { return nil }
    return Layout.Entry(pane: kind, share: share, priority: priority, columns: names)
  }

  /// Roles with a colour each.
  private mutating func colours(_ node: Node) -> [Colour: TerminalColour?] {
    guard let mapping = node.mapping, !mapping.isEmpty else {
      note(node, "colours", "\(Self.kind(of: node)); expected roles with a colour each")
      return [:]
    }
    let roles = Colour.allCases.filter { $0 != .plain }
    refuseOthers(than: roles.map(\.rawValue), in: mapping, below: "colours.")
    var colours: [Colour: TerminalColour?] = [:]
    for role in roles {
      guard let node = mapping[role.rawValue] else { continue }
      let text = node.scalar?.string ?? ""
      if text == "default" {
        colours[role] = .some(nil)
      } else if let colour = TerminalColour(named: text) {
        colours[role] = colour
      } else {
        note(
          node, "colours.\(role.rawValue)",
          "\(Self.kind(of: node)); expected default, 0 to 255, or one of "
            + TerminalColour.names.prefix(8).joined(separator: ", ") + ", with bright- or without")
      }
    }
    return colours
  }

  private mutating func columns(_ node: Node, of kind: PaneKind?, _ key: String) -> [String]? {
    guard let sequence = node.sequence, !sequence.isEmpty else {
      note(node, key, "\(Self.kind(of: node)); expected a list of columns")
      return nil
    }
    guard let kind else { return nil }
    guard !kind.columnNames.isEmpty else {
      note(node, key, "\(kind.rawValue) is no table; expected no columns")
      return nil
    }
    var names: [String] = []
    for node in sequence {
      guard let name = word(node, key, from: kind.columnNames) else { continue }
      if names.contains(name) {
        note(node, key, "\(name) is there twice; expected each column once")
      } else {
        names.append(name)
      }
    }
    return names
  }

  private mutating func required(
    _ name: String, of mapping: Node.Mapping, in node: Node, below way: String
  ) -> Node? {
    if let value = mapping[name] { return value }
    note(node, way + name, "missing")
    return nil
  }

  private mutating func refuseOthers(
    than known: [String], in mapping: Node.Mapping, below way: String
  ) {
    for key in mapping.keys where !known.contains(key.scalar?.string ?? "") {
      let name = key.scalar?.string ?? Self.kind(of: key)
      note(key, way + name, "unknown key; expected one of \(known.joined(separator: ", "))")
    }
  }

  private mutating func choice(
    _ name: String, of mapping: Node.Mapping, from known: [String]
  ) -> String? {
    mapping[name].flatMap { word($0, name, from: known) }
  }

  private mutating func word(_ node: Node, _ key: String, from known: [String]) -> String? {
    if let text = node.scalar?.string, known.contains(text) { return text }
    note(node, key, "\(Self.kind(of: node)); expected one of \(known.joined(separator: ", "))")
    return nil
  }

  private mutating func number(_ node: Node, _ key: String, in range: ClosedRange<Int>) -> Int? {
    if let number = node.scalar.flatMap({ Int($0.string) }), range.contains(number) {
      return number
    }
    note(
      node, key,
      "\(Self.kind(of: node)); expected a whole number from \(range.lowerBound) to "
        + "\(range.upperBound)")
    return nil
  }

  private mutating func note(_ node: Node?, _ key: String, _ text: String) {
    problems.append(LayoutProblem(line: node?.mark?.line ?? 1, key: key, text: text))
  }

  private mutating func note(_ error: YamlError) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      problems.append(
        LayoutProblem(line: mark.line, key: "", text: "\(problem); expected YAML"))
    case .duplicatedKeysInMapping(let keys, let context):
      problems.append(
        LayoutProblem(
          line: context.mark.line, key: keys.sorted().joined(separator: ", "),
          text: "there twice; expected each key once"))
    default:
      let text = String(describing: error).split(separator: "\n").joined(separator: " ")
      problems.append(LayoutProblem(line: 1, key: "", text: "\(text); expected YAML"))
    }
  }

  /// What stands there, for a sentence of one line.
  private static func kind(of node: Node?) -> String {
    guard let node else { return "the file is empty" }
    if let sequence = node.sequence { return sequence.isEmpty ? "an empty list" : "a list" }
    if node.mapping != nil { return "keys with values" }
    let text = node.scalar?.string.split(whereSeparator: \.isNewline).joined(separator: " ") ?? ""
    return text.isEmpty ? "nothing" : String(text.prefix(40))
  }
}

extension Layout {
  /// Reads a layout.
  ///
  /// - Throws: `DashboardError.badLayout` with everything that is wrong with it.
  package init(yaml: String) throws(DashboardError) {
    var reader = LayoutReader()
    guard let layout = reader.read(yaml) else {
      throw .badLayout(reader.problems.sorted { $0.line < $1.line })
    }
    self = layout
  }
}
