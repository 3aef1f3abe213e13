package import Wire

/// A live capture on one interface through libpcap.
///
/// It never uses immediate mode, which costs packets, and never waits inside libpcap, which can
/// hang on an idle link: it polls, and then takes what is there.
///
/// It is not told which frames are super-packets. Those that are longer than the interface can send
/// are said to hold segments; others, and those of `any`, cannot be told from ordinary ones.
package struct PcapInterface: PacketSource, ~Copyable {
  package struct Options: Sendable {
    /// The most that is captured of a frame, in bytes. nemotop's header ends at byte 154 of a
    /// tunnelled frame with a VLAN tag.
    package var snapshotLength = 256
    package var isPromiscuous = true
    /// Size of the kernel's buffer.
    package var bufferBytes = 16 << 20
    /// A filter expression (pcap-filter(7)).
    package var filter: String?

    package init() {}
  }

  /// After this time, or twice of it, the kernel hands over a block of its ring although it is not
  /// full. On a link of low rate, times the number of blocks, it is as long as the thread may be kept
  /// from reading before packets are dropped.
  static let blockMilliseconds: Int32 = 40
  /// The longest that the kernel keeps a frame, with what its clock is coarse.
  static var longestHold: Duration { .milliseconds(2 * blockMilliseconds + 20) }

  package let name: String
  package let isWhole: Bool
  private var pcap: PcapHandle
  private let interface: OpenedInterface
  /// The interface went away, and the kernel has handed over what it had.
  private var isSettled = false
  /// The interface's own drops are read below /sys, which does not follow the thread into a
  /// namespace: there they would be those of another interface of the same name.
  private let countsInterfaceDrops: Bool
  private var lastDrops: (kernel: UInt32, interface: UInt32)
  private var dropped = 0

  /// Opens an interface by its name; `any` stands for all of them.
  ///
  /// - Parameter networkNamespace: the path of the namespace in which the interface stands. The
  ///   calling thread enters it for good, so the thread has to be the capture's own.
  package init(
    name: String, options: Options = Options(), networkNamespace: String? = nil
  ) throws(CaptureError) {
    // Without permission libpcap does not get as far as to see that there is no such interface.
    let interface = try OpenedInterface(name: name, networkNamespace: networkNamespace)
    var pcap = try PcapHandle(interface: interface.systemName, options: options)
    if let filter = options.filter { try pcap.apply(filter: filter) }
    // What was dropped before now is no part of the capture.
    guard let drops = pcap.drops() else { throw .failed(name, reason: pcap.errorText) }
    lastDrops = drops
    pcap.longestFrame = interfaceProperties(interface.systemName).map {
      $0.mtu + pcap.type.headerBytes
    }
    self.name = name
    self.pcap = pcap
    self.interface = interface
    isWhole = interface.isUnused
    countsInterfaceDrops = networkNamespace == nil
  }

  package var linkType: LinkType { pcap.type }
  package var snapshotLength: Int { pcap.snapshotLength }

  package mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    var count = try take(limit, body)
    if count == 0 {
      isReadable(pcap.descriptor, within: timeout)
      count = try take(limit, body)
    }
    if count > 0 { return .packets(count) }
    if interface.isThere { return .idle }
    return try settle(limit, body)
  }

  package mutating func droppedPackets() throws(CaptureError) -> Int {
    guard let drops = pcap.drops() else { throw .failed(name, reason: pcap.errorText) }
    dropped += Int(drops.kernel &- lastDrops.kernel)
    if countsInterfaceDrops { dropped += Int(drops.interface &- lastDrops.interface) }
    lastDrops = drops
    return dropped
  }

  private mutating func take(
    _ limit: Int, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> Int {
    for count in 0..<limit {
      switch pcap.next(body) {
      case .packet: continue
      case .nothing: return count
      // It fails again at the next read, if it matters then.
      case .failed where count > 0: return count
      // That it went away is found out once nothing is left to be read.
      case .failed where !interface.isThere: return count
      case .failed(let reason): throw .failed(name, reason: reason)
      }
    }
    return limit
  }

  /// The interface went away: takes what the kernel has yet to hand over.
  private mutating func settle(
    _ limit: Int, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    guard !isSettled else {
      interface.leaveNamespace()
      throw .interfaceWentAway(name)
    }
    pause(Self.longestHold)
    isSettled = true
    return .packets(try take(limit, body))
  }
}
