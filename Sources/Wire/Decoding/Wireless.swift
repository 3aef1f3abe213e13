extension FrameDecoder {
  /// A data frame of IEEE 802.11 (IEEE 802.11-2020 section 9.3.2.1). What is encrypted, a later
  /// fragment, or several packets in one frame (A-MSDU) is not entered.
  ///
  /// ```
  /// | frame control (2) | duration (2) | address 1 (6) | address 2 (6) | address 3 (6)
  /// | sequence control (2) | address 4 (6), between access points | QoS control (2) | HT control (4)
  /// ```
  ///
  /// Frame control:
  /// ```
  /// | no data, QoS: subtype (4 bits) | type (2 bits) | version (2 bits)
  /// | HT control | protected | more data | power | retry | more fragments | from DS | to DS |
  /// ```
  mutating func wireless(isPadded: Bool) -> Header {
    guard has(2) else { return .none }
    let kind = bytes.uint8(at: offset)
    let flags = bytes.uint8(at: offset + 1)
    let isData = kind & 0x0f == 0x08 && kind & 0x40 == 0
    guard isData, flags & 0x40 == 0 else { return end(.other) }
    var length = 24
    if flags & 0x03 == 0x03 { length += 6 }
    let hasQualityOfService = kind & 0x80 != 0
    if hasQualityOfService { length += flags & 0x80 == 0 ? 2 : 6 }
    guard has(length) else { return .none }
    let fragment = bytes.uint8(at: offset + 22) & 0x0f
    guard fragment == 0 else { return end(.other) }
    if hasQualityOfService {
      let control = offset + (flags & 0x03 == 0x03 ? 30 : 24)
      guard bytes.uint8(at: control) & 0x80 == 0 else { return end(.other) }
    }
    offset += isPadded ? (length + 3) & ~3 : length
    return .llc
  }
}
