import CLinux
import Glibc

/// The names of the interfaces of the calling thread's network namespace, in the kernel's order.
package func interfaceNames() -> [String] {
  guard let list = unsafe if_nameindex() else { return [] }
  defer { unsafe if_freenameindex(list) }
  var names: [String] = []
  var entry = unsafe list
  while let name = unsafe entry.pointee.if_name {
    names.append(unsafe String(cString: name))
    unsafe entry += 1
  }
  return names
}

/// Puts the calling thread into the network namespace at this path.
func enter(networkNamespace path: String) throws(CaptureError) {
  let namespace = unsafe open(path, O_RDONLY | O_CLOEXEC)
  let number = namespace < 0 ? errno : network_namespace_enter(namespace)
  if namespace >= 0 { close(namespace) }
  switch number {
  case 0: break
  case EPERM, EACCES: throw .noPermission(path)
  case ENOENT: throw .noSuchNamespace(path)
  default: throw .cannotOpen(path: path, reason: reasonText(number))
  }
}

/// What an interface lost for want of room, by its own count, since this was made.
struct InterfaceDrops: ~Copyable {
  private let files: [Int32]
  private let first: Int

  /// - Parameter name: nil for an interface in another namespace: its count lies below /sys, which does
  ///   not follow a thread there.
  init(_ name: String?) {
    let figures = name == nil ? [] : ["rx_missed_errors", "rx_fifo_errors"]
    files = figures.compactMap { figure in
      let file = unsafe open(
        "/sys/class/net/\(name ?? "")/statistics/\(figure)", O_RDONLY | O_CLOEXEC)
      return file < 0 ? nil : file
    }
    first = Self.sum(files)
  }

  deinit {
    for file in files { close(file) }
  }

  /// 0 where the interface has no such count.
  var count: Int { max(Self.sum(files) - first, 0) }

  private static func sum(_ files: [Int32]) -> Int {
    files.reduce(0) { sum, file in
      var digits = [24 of UInt8](repeating: 0)
      let count = unsafe pread(file, &digits, digits.count, 0)
      var figure = 0
      for index in 0..<max(count, 0) where digits[index] > 0x20 {
        figure = figure &* 10 &+ Int(digits[index] &- 0x30)
      }
      return sum + figure
    }
  }
}
