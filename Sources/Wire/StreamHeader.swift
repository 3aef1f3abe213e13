/// The header of nemotop's own streams: RTP (RFC 3550) with a header extension (section 5.3.1) that
/// carries a number that never wraps and the sender's clocks.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|0|1| CC=0  |0|     PT      |  low 16 bits of the number    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    timestamp, 90 kHz                          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                            SSRC                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |            0x4E54             |              6                |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                           number                              |
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    CLOCK_REALTIME, ns                         |
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    CLOCK_BOOTTIME, ns                         |
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
package struct StreamHeader: Hashable, Sendable {
  /// Length of the header, and of the smallest datagram's payload.
  package static var byteCount: Int { 40 }
  /// The profile identifier of the header extension.
  package static var extensionProfile: UInt16 { 0x4e54 }
  /// Ticks of the RTP timestamp a second.
  package static var clockRate: Int { 90_000 }
  /// The RTP payload type unless another is chosen.
  package static var defaultPayloadType: UInt8 { 96 }

  /// 0…127.
  package var payloadType: UInt8
  /// The RTP timestamp, in ticks of 90 kHz.
  package var timestamp: UInt32
  /// The SSRC: one a run of the sender, random.
  package var synchronizationSource: UInt32
  /// The number of the packet, from 0; its low 16 bits are the RTP sequence number.
  package var number: UInt64
  /// The sender's CLOCK_REALTIME when it sent.
  package var realTime: Timestamp
  /// The sender's CLOCK_BOOTTIME when it sent, in nanoseconds.
  package var bootTime: UInt64

  /// No sender gets this far: higher numbers are no numbers of ours, and sums of those up to it fit
  /// into 64 bits.
  package static var highestNumber: UInt64 { 1 << 53 }

  package init(
    payloadType: UInt8 = Self.defaultPayloadType, timestamp: UInt32, synchronizationSource: UInt32,
    number: UInt64, realTime: Timestamp, bootTime: UInt64
  ) {
    self.payloadType = payloadType
    self.timestamp = timestamp
    self.synchronizationSource = synchronizationSource
    self.number = number
    self.realTime = realTime
    self.bootTime = bootTime
  }

  /// The header at the start of a UDP payload; nil where it is not one, or does not fit.
  package init?(parsing bytes: RawSpan) {
    guard let rtp = RTPHeader(parsing: bytes), let head = rtp.headerExtension,
      head.profile == Self.extensionProfile, head.wordCount == 6
    else { return nil }
    let words = rtp.extensionOffset
    payloadType = rtp.payloadType
    timestamp = rtp.timestamp
    synchronizationSource = rtp.synchronizationSource
    number = bytes.uint64(at: words)
    realTime = Timestamp(nanoseconds: Int64(bitPattern: bytes.uint64(at: words + 8)))
    bootTime = bytes.uint64(at: words + 16)
    guard rtp.sequence == UInt16(truncatingIfNeeded: number), number <= Self.highestNumber else {
      return nil
    }
  }

  /// Appends the 40 bytes.
  package func serialize(into bytes: inout [UInt8]) {
    RTPHeader(
      payloadType: payloadType, sequence: UInt16(truncatingIfNeeded: number), timestamp: timestamp,
      synchronizationSource: synchronizationSource,
      headerExtension: .init(profile: Self.extensionProfile, wordCount: 6)
    ).serialize(into: &bytes)
    bytes.append(bigEndian: number)
    bytes.append(bigEndian: realTime.nanoseconds)
    bytes.append(bigEndian: bootTime)
  }

  /// Writes the first 40 bytes, which must be there: the way for a sender, which fills one buffer
  /// again and again.
  @_lifetime(bytes: copy bytes)
  package func serialize(into bytes: inout MutableRawSpan) {
    bytes.store(0x90 as UInt8, at: 0)
    bytes.store(payloadType & 0x7f, at: 1)
    bytes.store(UInt16(truncatingIfNeeded: number), at: 2)
    bytes.store(timestamp, at: 4)
    bytes.store(synchronizationSource, at: 8)
    bytes.store(Self.extensionProfile, at: 12)
    bytes.store(6 as UInt16, at: 14)
    bytes.store(number, at: 16)
    bytes.store(realTime.nanoseconds, at: 24)
    bytes.store(bootTime, at: 32)
  }
}
