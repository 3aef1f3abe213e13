import Foundation
import Yams

/// A value of a configuration as it stands in its file. It is read from Yams' nodes, since only these know the
/// line of every value, and of a key that nobody asked for.
struct ConfigurationNode {
  /// A configuration with a hundred thousand guests is smaller.
  static let capacity = 16 << 20

  let node: Node
  let key: String
  let path: String

  private init(_ node: Node, key: String, path: String) {
    self.node = node
    self.key = key
    self.path = path
  }

  /// The whole of a text.
  init(yaml: String, path: String) throws(ConfigurationError) {
    func broken(_ problem: String, _ mark: Mark? = nil) -> ConfigurationError {
      ConfigurationError(
        path: path, line: mark?.line, column: mark?.column, key: "", problem: problem)
    }
    let root: Node?
    do {
      root = try compose(yaml: yaml)
    } catch let error as YamlError {
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        throw broken("no YAML: \(problem)", mark)
      case .duplicatedKeysInMapping(let keys, let context):
        throw broken("\(keys.joined(separator: ", ")) is there twice: leave one out", context.mark)
      case .reader(let problem, _, _, _): throw broken("no YAML: \(problem)")
      default: throw broken("no YAML")
      }
    } catch { throw broken("no YAML") }
    guard let root else { throw broken("it is empty: expected keys and values") }
    self.init(root, key: "", path: path)
  }

  func wrong(_ problem: String) -> ConfigurationError {
    ConfigurationError(
      path: path, line: node.mark?.line, column: node.mark?.column, key: key, problem: problem)
  }

  /// What stands there, in a few words.
  var found: String {
    switch node {
    case .scalar(let scalar):
      let text = String(scalar.string.prefix(60))
      let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
      return text.isEmpty ? "nothing" : isPlain ? "'\(text)'" : "text with control characters"
    case .mapping: return "keys and values"
    case .sequence: return "a list"
    case .alias: return "an alias"
    }
  }

  var isScalar: Bool { node.scalar != nil }

  /// Whether a guest's key stands in the file itself.
  var hasInlineKey: Bool {
    let guests = node.mapping?["guests"]?.sequence
    return guests?.contains { $0.mapping?["security"]?.mapping?["key"] != nil } ?? false
  }

  func expected(_ what: String) -> ConfigurationError { wrong("found \(found), expected \(what)") }

  /// The text as it is written.
  func text(_ what: String) throws(ConfigurationError) -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { throw expected(what) }
    return scalar.string
  }

  /// The value that the text stands for.
  func value<Value>(
    _ what: String, _ parse: (String) -> Value?
  ) throws(ConfigurationError) -> Value {
    guard let value = parse(try text(what)) else { throw expected(what) }
    return value
  }

  func elements(_ what: String) throws(ConfigurationError) -> [ConfigurationNode] {
    guard case .sequence(let sequence) = node else { throw expected(what) }
    return sequence.enumerated().map { index, element in
      ConfigurationNode(element, key: "\(key)[\(index)]", path: path)
    }
  }

  /// The values by their keys, of which there may be no others than these.
  func section(_ keys: [String]) throws(ConfigurationError) -> Section {
    guard case .mapping(let mapping) = node else { throw expected("keys and values") }
    var values: [String: ConfigurationNode] = [:]
    for (name, value) in mapping {
      let isKnown = name.scalar.map { keys.contains($0.string) } ?? false
      guard isKnown, let name = name.scalar?.string else {
        let unknown = ConfigurationNode(name, key: key, path: path)
        throw unknown.wrong(
          "found \(unknown.found), which is no key here: expected one of "
            + keys.joined(separator: ", "))
      }
      values[name] = ConfigurationNode(
        value, key: key.isEmpty ? name : "\(key).\(name)", path: path)
    }
    return Section(whole: self, values: values)
  }

  struct Section {
    let whole: ConfigurationNode
    fileprivate let values: [String: ConfigurationNode]

    /// Nil where the key is not there.
    subscript(name: String) -> ConfigurationNode? { values[name] }

    func required(_ name: String) throws(ConfigurationError) -> ConfigurationNode {
      guard let value = values[name] else { throw whole.wrong("\(name) is missing: add it") }
      return value
    }
  }
}
