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

/// What the kernel says of an interface of the calling thread's network namespace; nil where there is none.
func interfaceDescription(of name: String) -> interface_description? {
  var description = interface_description()
  return unsafe interface_describe(name, 0, &description) == 0 ? description : nil
}

/// A file without a name that holds a text, to be read from its beginning; or a negated errno.
func openMemoryFile(_ text: String) -> Int32 {
  let bytes = Array(text.utf8)
  return unsafe memory_file_open(bytes, bytes.count)
}

/// An Ethernet device whose frames come to this process, in the namespace of the calling thread; or a negated errno.
///
/// - Parameter queueLength: How many frames wait for the process.
func openEthernetDevice(_ name: String, queueLength: Int32) -> Int32 {
  unsafe ethernet_device_open(name, queueLength)
}

/// What a device has to send.
enum FrameReading {
  case frame([UInt8])
  case nothingNow
  /// It was removed with its namespace.
  case gone
}

/// The next frame that a device sends.
///
/// - Parameter buffer: Room for the longest frame.
func readFrame(from descriptor: Int32, by buffer: inout [UInt8]) -> FrameReading {
  let count = unsafe read(descriptor, &buffer, buffer.count)
  if count > 0 { return .frame(Array(buffer[..<count])) }
  return errno == EAGAIN || errno == EINTR ? .nothingNow : .gone
}

/// Lets a device receive a frame; one that is down takes none.
func writeFrame(_ frame: [UInt8], to descriptor: Int32) {
  _ = unsafe write(descriptor, frame, frame.count)
}

/// Waits until a device sends something, the wake-up comes, or the time is over; nil for without end.
func waitForFrames(at descriptors: [Int32], orWakeup wakeup: Int32, limit: Duration?) {
  var ready = [Bool](repeating: false, count: descriptors.count)
  let nanoseconds = limit.map {
    $0.components.seconds * 1_000_000_000 + $0.components.attoseconds / 1_000_000_000
  }
  _ = unsafe wakeup_wait(
    descriptors, &ready, Int32(descriptors.count), wakeup, nanoseconds ?? -1)
}
