import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct FilterTests {
  /// The story's stream: 2001:db8:42::a:5004 > 2001:db8:cc::1:5004 at xen1, xen2, ha and cn, 16 lost.
  @Test(arguments: [
    ("addr 42::a", true), ("addr 43::", false), ("port 5004", true), ("port 5005", false),
    ("point XEN1", true), ("point xen", false), ("payload nemotop", true), ("payload rtp", false),
    ("lost>0", true), ("lost > 16", false), ("lost>=16", true), ("lost<=15", false),
    ("lost=16", true), ("lost<17", true), ("cc::1:5004", true), ("xen", true), ("nothing", false),
    ("not nothing", true), ("nothing or port 5004", true), ("xen nothing", false),
    ("not (xen and nothing)", true), ("addr 2001:db8:42::/64", true),
    ("addr 2001:db8:42::a/128", true), ("addr 2001:db8:42::/127", false), ("addr ::/0", true),
    ("addr 2001:db8:43::/48", false), ("addr 2001:db8:43::/47", true), ("addr 0.0.0.0/0", false),
  ])
  func `streams are let through`(text: String, isLetThrough: Bool) throws {
    var history = History(points: Story.points)
    for observed in Story.observed(seconds: 47) { history.take(observed) }
    let stream = try #require(history.streams[Story.stream])
    let filter = try #require(try Filter.parse(text))
    #expect(filter.matches(Story.stream, stream) == isLetThrough)
  }

  @Test func `prefixes of IPv4 are of its 32 bits`() throws {
    let key = StreamKey(
      source: try #require(IPAddress("192.0.2.129")), sourcePort: 1,
      destination: try #require(IPAddress("198.51.100.1")), destinationPort: 2)
    for (text, isIn) in [
      ("192.0.2.128/25", true), ("192.0.2.0/25", false), ("192.0.2.129/32", true),
      ("0.0.0.0/0", true), ("::/0", false),
    ] {
      let filter = try #require(try Filter.parse("addr " + text))
      #expect(filter.matches(key, StreamHistory()) == isIn, "\(text)")
    }
  }

  @Test func `not binds closest, then and, then or`() throws {
    #expect(
      try Filter.parse("not a b or (c and lost>=3) port 7")
        == .or(
          .and(.not(.text("a")), .text("b")),
          .and(.and(.text("c"), .lost(.atLeast, 3)), .port(7))))
    #expect(try Filter.parse("  ") == nil)
    #expect(try Filter.parse("lost > 3") == .lost(.more, 3))
    #expect(try Filter.parse("lost >=3 x") == .and(.lost(.atLeast, 3), .text("x")))
    #expect(try Filter.parse("LOST") == .text("lost"))
  }

  @Test(arguments: [
    ("port", "expected a number after port"), ("port 70000", "port 70000: expected 0 to 65535"),
    ("lost>x", "lost>x: expected a number"),
    ("lost >", "lost>: expected a number"), ("(a", ") is missing"), ("a )", ") without its ("),
    ("loss>3", "loss has no number to compare: lost has"),
    ("addr 2001:db8::/129", "addr 2001:db8::/129: expected a prefix, such as 2001:db8::/32"),
    ("addr 10.0.0.0/33", "addr 10.0.0.0/33: expected a prefix, such as 2001:db8::/32"),
    ("addr x/1", "addr x/1: expected a prefix, such as 2001:db8::/32"),
    ("and a", "a term is missing before and"), ("a or", "expected a term"),
  ])
  func `what is wrong is said`(text: String, problem: String) {
    #expect(throws: Filter.Problem(text: problem)) { try Filter.parse(text) }
  }
}
