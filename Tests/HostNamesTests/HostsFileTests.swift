import HostNames
import Testing
import Wire

@Suite struct HostsFileTests {
  private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  @Test func `each address has the first name of its first line`() throws {
    let file = try HostsFile(
      parsing: """
        # of the laboratory
        2001:db8:42::a\tguest.example guest   # it moves
        \r
          192.0.2.1 router
        2001:DB8:42:0::A other
        ::1 localhost ip6-localhost
        """)
    #expect(
      file.names == [
        try address("2001:db8:42::a"): "guest.example", try address("192.0.2.1"): "router",
        try address("::1"): "localhost",
      ])
    #expect(try HostsFile(parsing: "").names.isEmpty)
  }

  @Test func `what is wrong is said with its line`() throws {
    for (text, error) in [
      ("::1 a\nfe80::1%eth0 b", HostNamesError.notAnAddress("fe80::1%eth0", line: 2)),
      ("\r\n\r\nguest ::1", .notAnAddress("guest", line: 3)),
      ("::1 a\n\n192.0.2.1 # router", .noName(try address("192.0.2.1"), line: 3)),
      ("::1 a b\u{1B}[2J", .notAName("b\u{1B}[2J", line: 1)),
      ("::1 192.0.2.7", .notAName("192.0.2.7", line: 1)),
    ] {
      #expect(throws: error) { try HostsFile(parsing: text) }
    }
  }

  @Test(arguments: [
    ("guest.example", "guest.example"), ("guest.example.", "guest.example"),
    ("a-b_c.0", "a-b_c.0"), ("büro.example", "büro.example"), ("", nil), (".", nil),
    ("a b", nil), ("a\u{1B}[0m", nil), ("a>b", nil), ("2001:db8::1", nil), ("10.0.0.1", nil),
    (String(repeating: "a", count: 254), nil),
  ])
  func `a name is none that a terminal obeys or that looks like an address`(
    text: String, name: String?
  ) {
    #expect(HostName(text)?.text == name)
  }
}
