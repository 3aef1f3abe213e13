import Glibc

/// What one daemon of a kind holds in a network namespace, whose routes it takes care of: an abstract name of the local
/// family, which belongs to the namespace and is free again when its holder is gone (unix(7)).
package final class NamespaceLock: Sendable {
  private let descriptor: Int32

  package init(of name: String) throws(DaemonError) {
    descriptor = openName("nemotop-\(name)")
    guard descriptor >= 0 else {
      throw descriptor == -EADDRINUSE
        ? .servesAlready(name)
        : .refused("no name in this network namespace: \(reason(of: -descriptor))")
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
