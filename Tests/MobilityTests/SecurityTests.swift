import Testing
import Wire

@testable import Mobility

@Suite struct SecurityTests {
  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  /// RFC 3174 section 7.3, and the empty message and two blocks from FIPS 180-1.
  @Test(arguments: [
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    (String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
  ])
  func hashes(message: String, hash: String) {
    #expect(hex(SHA1.hash(Array(message.utf8))) == hash)
  }

  /// RFC 2202 section 3, cases 1, 2, 3 and 6.
  private static let codes: [([UInt8], [UInt8], String)] = [
    (
      [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
      "b617318655057264e28bc0b6fb378c8ef146be00"
    ),
    (
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
    ),
    (
      [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
      "125d7342b9ac11cd91a39af48aa17b4f63f175d3"
    ),
    (
      [UInt8](repeating: 0xaa, count: 80),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "aa4ae5e15272d00e95705637ce8a3b55ed402112"
    ),
  ]

  @Test(arguments: codes)
  func `codes of RFC 2202`(key: [UInt8], message: [UInt8], code: String) {
    #expect(hex(SHA1.authenticationCode(of: message, key: key)) == code)
  }

  /// 1970-01-01 is 2 208 988 800 s after 1900-01-01 (RFC 5905 figure 4).
  private static let epoch: UInt64 = 2_208_988_800
  private static let times: [(Int64, UInt64)] = [
    (0, epoch << 32), (500_000_000, epoch << 32 | 1 << 31),
    (-500_000_000, (epoch - 1) << 32 | 1 << 31),
  ]

  @Test(arguments: times)
  func `times of NTP`(nanoseconds: Int64, identifier: UInt64) {
    #expect(NetworkTime.identifier(at: Timestamp(nanoseconds: nanoseconds)) == identifier)
    #expect(
      NetworkTime.nanoseconds(from: Self.epoch << 32, to: identifier) == nanoseconds)
  }

  @Test(arguments: [Int64.min, -1, 0, .max])
  func `times at the limits`(nanoseconds: Int64) {
    let identifier = NetworkTime.identifier(at: Timestamp(nanoseconds: nanoseconds))
    for other in [0, UInt64.max, 1 << 63, identifier] {
      _ = NetworkTime.nanoseconds(from: identifier, to: other)
    }
    #expect(NetworkTime.nanoseconds(from: identifier, to: identifier) == 0)
  }
}
