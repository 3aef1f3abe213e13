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
