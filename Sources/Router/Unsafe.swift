import CLinux
import Glibc
import Wire

/// The calls that take pointers, behind a safe interface.

/// The system's words for an error number.
func reason(of number: Int32) -> String {
  unsafe String(cString: strerror(number))
}

/// Whether there is an interface of this index.
func isInterface(_ index: UInt32) -> Bool {
  var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
  return unsafe if_indextoname(index, &name) != nil
}

/// A file without a name that holds a text, to be read from its beginning; or a negated errno.
func openMemoryFile(_ text: String) -> Int32 {
  let bytes = Array(text.utf8)
  return unsafe memory_file_open(bytes, bytes.count)
}

/// Runs `PROGRAM -f -` with a text on its standard input, in the network namespace of the calling thread, and waits for
/// its end. Input and output lie in files: a pipe that it does not read to its end would end this process by SIGPIPE.
///
/// - Returns: 0 or why it could not be run, its status, and the beginning of what it said.
func runInterpreter(
  _ path: String, reading text: String
) -> (code: Int32, status: Int32, said: String) {
  let (input, output) = (openMemoryFile(text), openMemoryFile(""))
  defer { for descriptor in [input, output] where descriptor >= 0 { close(descriptor) } }
  guard input >= 0, output >= 0 else { return (-min(input, output), 0, "") }
  let words: [String] = [path, "-f", "-"]
  var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
  defer { unsafe arguments.forEach { unsafe free($0) } }
  var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
  var (identifier, status): (pid_t, Int32) = (0, 0)
  let code = unsafe arguments.withUnsafeMutableBufferPointer { arguments in
    unsafe environment.withUnsafeMutableBufferPointer { environment in
      guard let arguments = arguments.baseAddress, let environment = environment.baseAddress else {
        return EINVAL
      }
      var program = unsafe program(
        arguments: arguments, environment: environment, input: input, output: output, error: output)
      let code = unsafe program_start(&program, &identifier)
      return unsafe code == 0 ? program_reap(identifier, &status) : code
    }
  }
  lseek(output, 0, SEEK_SET)
  let said = readPacket(from: output, capacity: 4096).packet
  return (code, status, String(decoding: said, as: UTF8.self))
}

/// The index of an interface; nil where there is none of the name.
func interfaceIndex(of name: String) -> UInt32? {
  let index = unsafe if_nametoindex(name)
  return index > 0 ? index : nil
}

/// A netlink socket whose errors come with the kernel's own words (netlink(7)), or a negated errno.
func openNetlink(family: Int32) -> Int32 {
  let (netlink, options, extendedErrors, headersOnly): (Int32, Int32, Int32, Int32) = (
    16, 270, 11, 10
  )
  let descriptor = socket(netlink, Int32(SOCK_RAW.rawValue) | O_CLOEXEC, family)
  guard descriptor >= 0 else { return -errno }
  var isOn: Int32 = 1
  let length = socklen_t(MemoryLayout<Int32>.size)
  for option in [extendedErrors, headersOnly] {
    _ = unsafe setsockopt(descriptor, options, option, &isOn, length)
  }
  return descriptor
}

/// Sends one datagram; 0, or an errno.
func sendAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  while true {
    if unsafe send(descriptor, bytes, bytes.count, 0) == bytes.count { return 0 }
    guard errno == EINTR else { return errno }
  }
}

/// The next datagram, or an errno.
func receiveDatagram(from descriptor: Int32) -> (bytes: [UInt8], code: Int32) {
  var code: Int32 = 0
  let capacity = 1 << 16
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    var received = 0
    repeat {
      received = unsafe recv(descriptor, buffer.baseAddress, capacity, 0)
    } while received < 0 && errno == EINTR
    code = received < 0 ? errno : 0
    count = max(received, 0)
  }
  return (bytes, code)
}

/// Sends a whole IPv6 packet to the sixteen bytes of an address; 0, or an errno.
func sendPacket(_ packet: [UInt8], to destination: [UInt8], by descriptor: Int32) -> Int32 {
  unsafe signalling_send(descriptor, destination, packet, packet.count)
}

/// The next IPv6 packet and when it came, or an errno. It is empty where this host sent it.
func receivePacket(
  by descriptor: Int32, capacity: Int
) -> (packet: [UInt8], time: Timestamp, code: Int32) {
  var time: Int64 = 0
  var code: Int32 = 0
  let packet = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    let length = unsafe signalling_receive(descriptor, buffer.baseAddress, capacity, &time)
    code = length < 0 ? Int32(-length) : 0
    count = min(max(Int(length), 0), capacity)
  }
  return (packet, Timestamp(nanoseconds: time), code)
}

/// The time since the machine started, sleep included: a clock that never jumps.
func timeSinceBoot() -> Duration {
  var time = timespec()
  unsafe clock_gettime(CLOCK_BOOTTIME, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// Whether each descriptor has something to read or an error, once the first has or the time is over.
func waitForReading(_ descriptors: [Int32], orWakeup wakeup: Int32, nanoseconds: Int64) -> [Bool] {
  precondition(descriptors.count <= wakeup_capacity)
  var ready = [Bool](repeating: false, count: descriptors.count)
  _ = unsafe wakeup_wait(descriptors, &ready, Int32(descriptors.count), wakeup, nanoseconds)
  return ready
}

/// A packet socket with a filter, or a negated errno; see `watching_open`.
func openWatch(interface: UInt32, filter: PacketFilter) -> Int32 {
  let bytes = filter.bytes
  return unsafe watching_open(interface, bytes, UInt16(filter.instructions.count))
}

/// Swaps the filter of a packet socket; 0, or an errno.
func setFilter(_ filter: PacketFilter, of descriptor: Int32) -> Int32 {
  let bytes = filter.bytes
  return unsafe watching_filter(descriptor, bytes, UInt16(filter.instructions.count))
}

/// The next packet of a packet socket from behind its link header on, its whole length and what came with
/// it, or an errno.
func receiveWatched(
  by descriptor: Int32, capacity: Int
) -> (packet: [UInt8], byteCount: Int, origin: watched_packet, code: Int32) {
  var origin = watched_packet()
  var length: Int64 = 0
  let packet = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    length = unsafe watching_receive(descriptor, buffer.baseAddress, capacity, &origin)
    count = min(max(Int(length), 0), capacity)
  }
  return (packet, Int(max(length, 0)), origin, length < 0 ? Int32(-length) : 0)
}

/// A device whose packets are read from the descriptor that comes back, or a negated errno.
func openTunnelDevice(_ name: String) -> Int32 {
  unsafe tunnel_device_open(name)
}

/// The next packet of a descriptor that keeps packets apart, or an errno.
func readPacket(from descriptor: Int32, capacity: Int) -> (packet: [UInt8], code: Int32) {
  var code: Int32 = 0
  let packet = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    var length = 0
    repeat {
      length = unsafe read(descriptor, buffer.baseAddress, capacity)
    } while length < 0 && errno == EINTR
    code = length < 0 ? errno : 0
    count = max(length, 0)
  }
  return (packet, code)
}
