import Glibc

/// An interface as it was opened by one of its names or a pattern, to be known again; `any` stands for all of them.
struct OpenedInterface {
  /// As it was called by the user, or one that fits what was.
  let name: String
  private let pattern: InterfacePattern?
  /// As the system calls it.
  let systemName: String
  /// 0 for `any`.
  let index: UInt32
  private let networkNamespace: String?
  /// The number of the namespace behind that path.
  private let number: UInt64?

  /// - Parameter networkNamespace: the path of its namespace, which the calling thread enters.
  init(name: String, networkNamespace: String?) throws(CaptureError) {
    if let networkNamespace { try enter(networkNamespace: networkNamespace) }
    pattern = InterfacePattern(name)
    let newest = pattern?.newest()
    index = pattern == nil ? interfaceIndex(name) : newest?.index ?? 0
    guard index != 0 || name == "any" else { throw .noSuchInterface(name) }
    let name = newest?.name ?? name
    self.name = name
    systemName = InterfaceDescription(named: name)?.systemName ?? name
    self.networkNamespace = networkNamespace
    number = networkNamespace.flatMap(fileNumber)
  }

  /// Whether it still bears its name, or one that the pattern fits, in the namespace that still has its own.
  var isThere: Bool {
    (pattern?.matches(index: index) ?? (interfaceIndex(name) == index))
      && networkNamespace.flatMap(fileNumber) == number
  }

  /// Whether no packet has passed it yet.
  var isUnused: Bool { InterfaceDescription(index: index)?.packets == 0 }

  /// Takes the thread back to the program's own namespace: one that has gone lives on as long as a
  /// thread is in it.
  func leaveNamespace() {
    if networkNamespace != nil { try? enter(networkNamespace: "/proc/self/ns/net") }
  }
}

/// The number of an interface of the calling thread's network namespace; 0 where there is none.
private func interfaceIndex(_ name: String) -> UInt32 {
  // Only the kernel's messages have room for a longer name.
  let isShort = name.utf8.count < Int(IF_NAMESIZE)
  return unsafe isShort ? if_nametoindex(name) : InterfaceDescription(named: name)?.index ?? 0
}

private func fileNumber(_ path: String) -> UInt64? {
  var status = stat()
  return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
}
