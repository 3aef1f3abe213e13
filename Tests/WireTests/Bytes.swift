/// The bytes of a hexadecimal text, in which spaces do not count.
func hex(_ text: String) -> [UInt8] {
  let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
  precondition(digits.count.isMultiple(of: 2))
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Two bytes, big-endian.
func word(_ value: Int) -> [UInt8] {
  [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)]
}

/// Headers put before what they carry, written by hand and not by the codecs that are tested.
enum Layer {
  static let guest = hex("20010db8004200000000000000000010")
  static let correspondent = hex("20010db800cc00000000000000000001")
  static let careOf = hex("20010db8000100000000000000000001")
  static let homeAgent = hex("20010db800ff00000000000000000001")

  /// Source port 5004, destination port 5006, four bytes.
  static let udp = hex("138c 138e 000c 0000 deadbeef")

  static func ethernet(_ type: Int, _ payload: [UInt8]) -> [UInt8] {
    hex("0200 0000 0001 0200 0000 0002") + word(type) + payload
  }

  static func ipv6(
    _ next: UInt8, _ payload: [UInt8], from source: [UInt8] = guest,
    to destination: [UInt8] = correspondent
  ) -> [UInt8] {
    hex("60000000") + word(payload.count) + [next, 64] + source + destination + payload
  }

  /// From the care-of address to the home agent.
  static func tunnel(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
    ipv6(next, payload, from: careOf, to: homeAgent)
  }

  /// From 192.0.2.1 to 198.51.100.2.
  static func ipv4(_ next: UInt8, _ payload: [UInt8], fragment: Int = 0) -> [UInt8] {
    hex("4500") + word(20 + payload.count) + hex("0001") + word(fragment) + [64, next]
      + hex("0000 c0000201 c6336402") + payload
  }

  /// From 10.0.0.1 to 10.0.0.2.
  static func tunnel4(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
    hex("4500") + word(20 + payload.count) + hex("0001 0000") + [64, next]
      + hex("0000 0a000001 0a000002") + payload
  }

  /// The header of an IEEE 802.11 data frame, by its frame control, with what follows its sequence
  /// control.
  static func wireless(_ control: Int, _ rest: [UInt8] = []) -> [UInt8] {
    word(control) + hex("0000 020000000001 020000000002 020000000003 1000") + rest
  }

  static func datagram(from source: Int = 49_152, to port: Int, _ payload: [UInt8]) -> [UInt8] {
    word(source) + word(port) + word(8 + payload.count) + hex("0000") + payload
  }

  /// A datagram to the port of VXLAN, its header, and the frame in it.
  static func vxlan(_ frame: [UInt8]) -> [UInt8] {
    datagram(to: 4789, hex("08000000 00007b00") + frame)
  }
}
