import Glibc

/// A shell's pattern (fnmatch(3)) in the place of an interface's name, for one that is made anew under another name
/// each time, as that of a Xen guest is.
package struct InterfacePattern: Sendable {
  let text: String

  /// Nil for a name.
  package init?(_ text: String) {
    guard text.contains(where: "*?[".contains) else { return nil }
    self.text = text
  }

  package func matches(_ name: String) -> Bool { unsafe fnmatch(text, name, 0) == 0 }

  /// The newest interface in the network namespace of the calling thread that it fits, by its index.
  func newest() -> (name: String, index: UInt32)? {
    interfaceNames().filter(matches).map { ($0, unsafe if_nametoindex($0)) }
      .filter { $0.1 != 0 }.max { $0.1 < $1.1 }
  }

  /// Whether it still fits the interface of this index.
  func matches(index: UInt32) -> Bool {
    var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    guard unsafe if_indextoname(index, &name) != nil else { return false }
    return matches(
      String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
}
