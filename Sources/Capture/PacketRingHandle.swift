import CLinux
import Glibc
import Wire

/// An open packet ring: the one place where its memory is touched.
@safe
struct PacketRingHandle: ~Copyable {
  /// What the kernel says of a frame.
  struct Frame: ~Escapable {
    let time: Timestamp
    /// The frame's length, of which the bytes may be less.
    let frameBytes: Int
    let bytes: RawSpan
    /// Of a super-packet: the payload of each segment but the last.
    let segmentBytes: Int?
    /// Of a super-packet: where the header of the protocol that is cut begins.
    let transport: Int?

    @_lifetime(copy bytes)
    init(_ frame: packet_ring_frame, bytes: RawSpan) {
      time = Timestamp(nanoseconds: frame.time)
      frameBytes = Int(frame.frame_bytes)
      self.bytes = bytes
      segmentBytes = frame.segment_bytes == 0 ? nil : Int(frame.segment_bytes)
      transport = frame.transport_offset == 0 ? nil : Int(frame.transport_offset)
    }
  }

  /// Blocks hold whole frames, super-packets of 64 KiB among them.
  private static let blockBytes = 1 << 18

  private var ring: packet_ring

  init(
    name: String, interface: UInt32, link: packet_ring_link, options: PcapInterface.Options
  ) throws(CaptureError) {
    var request = packet_ring_options()
    request.interface = interface
    request.link = link
    request.is_promiscuous = options.isPromiscuous
    request.block_bytes = UInt32(Self.blockBytes)
    request.block_count = UInt32(clamping: max(options.bufferBytes / Self.blockBytes, 2))
    request.block_milliseconds = UInt32(PcapInterface.blockMilliseconds)
    var ring = unsafe packet_ring()
    var number: Int32 = 0
    if let filter = options.filter {
      try unsafe PcapHandle.compile(filter, forInterface: name) { instructions, count in
        number = unsafe packet_ring_open(&request, instructions, count, &ring)
      }
    } else {
      number = unsafe packet_ring_open(&request, nil, 0, &ring)
    }
    switch number {
    case 0: unsafe self.ring = unsafe ring
    case EPERM, EACCES: throw .noPermission(name)
    case ENODEV, ENXIO: throw .noSuchInterface(name)
    default: throw .failed(name, reason: reasonText(number))
    }
  }

  deinit {
    var ring = unsafe ring
    unsafe packet_ring_close(&ring)
  }

  /// Takes the next block of frames, if it is there.
  mutating func takeBlock() -> Bool { unsafe packet_ring_take_block(&ring) }

  /// Whether the kernel dropped frames before it filled the block, which `drops` has not told yet.
  var hasDropped: Bool { unsafe ring.has_dropped }

  /// Hands over the next frame of the block, if there is one.
  @inline(__always)
  mutating func next(_ body: (borrowing Frame) -> Void) -> Bool {
    var frame = packet_ring_frame()
    guard let start = unsafe packet_ring_next(&ring, &frame) else { return false }
    body(
      Frame(
        frame,
        bytes: unsafe RawSpan(_unsafeStart: start, byteCount: Int(frame.captured_bytes))))
    return true
  }

  /// Waits for a block, but no longer than the timeout. An interface that is down is waited for too.
  mutating func wait(_ timeout: Duration) {
    unsafe packet_ring_wait(&ring, milliseconds(timeout))
  }

  /// Lets blocks gather where they are filled so fast that each would wake the thread: no longer than
  /// an eighth of the ring is filled in.
  mutating func gather(atMost time: Duration) {
    let fillTime = unsafe min(.nanoseconds(ring.fill_time), time)
    guard fillTime > .zero else { return }
    unsafe ring.fill_time = 0
    pause(min(time, unsafe fillTime * Int(ring.block_count) / 8))
  }

  /// Frames that the kernel dropped since this was last asked; nil for an error.
  mutating func drops() -> Int? {
    var drops: UInt32 = 0
    return unsafe packet_ring_drops(&ring, &drops) == 0 ? Int(drops) : nil
  }
}

/// How frames of an interface of the thread's namespace begin, and its MTU; nil where it cannot be
/// asked for.
func interfaceProperties(_ name: String) -> (link: packet_ring_link, mtu: Int)? {
  var link = packet_ring_link_other
  var mtu: UInt32 = 0
  guard unsafe packet_ring_interface(name, &link, &mtu) == 0 else { return nil }
  return (link, Int(mtu))
}
