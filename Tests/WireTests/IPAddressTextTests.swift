import Testing
import Wire

struct IPAddressTextTests {
  @Test(
    arguments: [
      (0, 0, "::"),
      (0, 1, "::1"),
      (0x2001_0db8_0000_0000, 1, "2001:db8::1"),
      (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
      (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
      (0x2001_0db8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"),
      (0x0001_0000_0000_0000, 0, "1::"),
      (0, 0x0000_0001_0000_0000, "::1:0:0"),
      (0xffff_ffff_ffff_ffff, UInt64.max, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
      (0, 0x0000_ffff_c000_0201, "::ffff:192.0.2.1"),
      (0xfe80_0000_0000_0000, 0xfc54_00ff_feab_cdef, "fe80::fc54:ff:feab:cdef"),
    ] as [(UInt64, UInt64, String)])
  func `an IPv6 address and its text say the same both ways`(
    high: UInt64, low: UInt64, text: String
  ) {
    #expect(IPAddress(high: high, low: low).description == text)
    #expect(IPAddress(text) == IPAddress(high: high, low: low))
  }

  @Test(
    arguments: [
      (0, "0.0.0.0"), (0xffff_ffff, "255.255.255.255"), (0xc000_0201, "192.0.2.1"),
    ] as [(UInt32, String)])
  func `an IPv4 address and its text say the same both ways`(bits: UInt32, text: String) {
    #expect(IPAddress(ipv4: bits).description == text)
    #expect(IPAddress(text) == IPAddress(ipv4: bits))
  }

  @Test(arguments: [
    ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ("1::8", "1::8"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"),
    ("::1.2.3.4", "::102:304"),
    ("00ab:000c::", "ab:c::"),
  ])
  func `other forms are read`(text: String, canonical: String) {
    #expect(IPAddress(text)?.description == canonical)
  }

  @Test(arguments: [
    "", ":", ":::", "1:", ":1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8", "1::2::3", "1:::2", "12345::", "g::", "::1%eth0", "[::1]", "::1 ",
    "::1.2.3",
    "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:7:8:", "1.2.3.4::", "::1.2.3.4:5", "1.2.3", "1.2.3.4.5",
    "256.0.0.1", "01.2.3.4", "1..2.3", "1.2.3.", "a.b.c.d", "1.2.3.4 ", "-1.2.3.4", "0001.2.3.4",
  ])
  func `any other text is none`(text: String) {
    #expect(IPAddress(text) == nil)
  }
}
