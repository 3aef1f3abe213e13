import CLinux
import Foundation

/// The calls that take C strings, behind a safe interface.

/// The system's words for an error number.
func reason(of number: Int32) -> String {
  unsafe String(cString: strerror(number))
}

/// Starts another program, found by the PATH, in the place of this one, with the process otherwise as
/// it was; it returns only by throwing.
func startInstead(
  _ command: [String], environment: [String: String] = ProcessInfo.processInfo.environment
) throws(LabError) -> Never {
  let variables = environment.map { "\($0.key)=\($0.value)" }
  let result = unsafe withCStrings(command) { arguments in
    unsafe withCStrings(variables) { environment in
      unsafe program_replace(arguments, environment)
    }
  }
  throw .cannotStart(program: command[0], reason: reason(of: result))
}

/// Starts a program from the calling thread, which must outlive it.
///
/// - Parameters:
///   - command: the program's absolute path and its arguments.
///   - input: the descriptor that becomes its standard input; nil for nothing to read.
/// - Returns: its process's id.
package func startProgram(
  _ command: [String], input: Int32? = nil, output: Int32, error: Int32
) throws(LabError) -> Int32 {
  let nothing = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
  defer { close(nothing) }
  let variables = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
  var identifier: pid_t = 0
  let result = unsafe withCStrings(command) { arguments in
    unsafe withCStrings(variables) { environment in
      var program = unsafe program(
        arguments: arguments, environment: environment, input: input ?? nothing, output: output,
        error: error)
      return unsafe program_start(&program, &identifier)
    }
  }
  guard result == 0 else { throw .cannotStart(program: command[0], reason: reason(of: result)) }
  return identifier
}

/// Binds a UDP socket of both families to a port, with the smallest buffer that the kernel has.
func bindDatagramSocket(port: UInt16) throws(LabError) -> Int32 {
  let descriptor = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
  guard descriptor >= 0 else { throw .cannotBind(port: port, reason: reason(of: errno)) }
  var size: Int32 = 1
  unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
  var address = sockaddr_in6()
  address.sin6_family = sa_family_t(AF_INET6)
  address.sin6_port = port.bigEndian
  let length = socklen_t(MemoryLayout<sockaddr_in6>.size)
  let result = unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      unsafe bind(descriptor, address, length)
    }
  }
  guard result == 0 else {
    let number = errno
    close(descriptor)
    throw .cannotBind(port: port, reason: reason(of: number))
  }
  return descriptor
}

/// How a program that has ended did so.
func reapProgram(_ identifier: Int32) -> ChildProcess.Ending {
  var status: Int32 = 0
  guard unsafe program_reap(identifier, &status) == 0 else { return .exited(0) }
  return status < 0 ? .killed(signal: -status) : .exited(status)
}

/// Hands over an array of C strings that ends with NULL, valid while the closure runs.
private func withCStrings<Value>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
  var pointers = unsafe strings.map { unsafe strdup($0) } + [nil]
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
    unsafe body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
  }
}
