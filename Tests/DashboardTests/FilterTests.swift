import Testing

@testable import Dashboard

@Suite struct FilterTests {
  /// The story's stream: 2001:db8:42::a:5004 > 2001:db8:cc::1:5004 at xen1, xen2, ha and cn, 16 lost.
  @Test(arguments: [
    ("addr 42::a", true), ("addr 43::", false), ("port 5004", true), ("port 5005", false),
    ("point XEN1", true), ("point xen", false), ("payload nemotop", true), ("payload rtp", false),
    ("lost>0", true), ("lost > 16", false), ("lost>=16", true), ("lost<=15", false),
    ("lost=16", true), ("lost<17", true), ("cc::1:5004", true), ("xen", true), ("nothing", false),
    ("not nothing", true), ("nothing or port 5004", true), ("xen nothing", false),
    ("not (xen and nothing)", true),
  ])
  func `streams are let through`(text: String, isLetThrough: Bool) throws {
    var history = History(points: Story.points)
    for observed in Story.observed(seconds: 47) { history.take(observed) }
    let stream = try #require(history.streams[Story.stream])
    let filter = try #require(try Filter.parse(text))
    #expect(filter.matches(Story.stream, stream) == isLetThrough)
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
    ("and a", "a term is missing before and"), ("a or", "expected a term"),
  ])
  func `what is wrong is said`(text: String, problem: String) {
    #expect(throws: Filter.Problem(text: problem)) { try Filter.parse(text) }
  }
}
