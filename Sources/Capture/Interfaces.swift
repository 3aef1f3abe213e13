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

/// The number of an interface of the calling thread's network namespace; 0 where there is none.
func interfaceIndex(_ name: String) -> UInt32 { unsafe if_nametoindex(name) }

/// Puts the calling thread into the network namespace at this path, for good.
func enter(networkNamespace path: String) throws(CaptureError) {
  let namespace = unsafe open(path, O_RDONLY | O_CLOEXEC)
  let number = namespace < 0 ? errno : network_namespace_enter(namespace)
  if namespace >= 0 { close(namespace) }
  switch number {
  case 0: break
  case EPERM, EACCES: throw .noPermission(path)
  default: throw .cannotOpen(path: path, reason: reasonText(number))
  }
}

/// What an interface lost for want of room since it is there, by its own count; 0 where it has none.
///
/// The count lies below /sys, which does not follow a thread into a namespace.
func interfaceDrops(_ name: String) -> Int {
  ["rx_missed_errors", "rx_fifo_errors"].reduce(0) { sum, figure in
    let file = unsafe open("/sys/class/net/\(name)/statistics/\(figure)", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return sum }
    defer { close(file) }
    var digits = [UInt8](repeating: 0, count: 24)
    let count = unsafe read(file, &digits, digits.count)
    let text = String(decoding: digits.prefix(max(count, 0)).prefix { $0 > 0x20 }, as: UTF8.self)
    return sum + (Int(text) ?? 0)
  }
}
