import Testing

@testable import Observation

@Suite struct MarkTextTests {
  @Test(arguments: [
    ("", 4, ""), ("abc", 3, "abc"), ("abc", 2, "ab"), ("€€", 5, "€"), ("a€", 3, "a"),
    ("e\u{301}x", 2, ""), ("é", 0, ""),
  ])
  func `is cut between characters`(text: String, capacity: Int, expected: String) {
    #expect(text.cut(toBytes: capacity) == expected)
  }

  @Test(arguments: [
    ("cable pulled", "cable pulled"), ("a\nb", "a b"), ("a\r\nb", "a b"),
    ("\u{1B}[2J", " [2J"), ("a\u{2028}b\u{85}c", "a b c"), ("Zürich ✓ 👩‍🚀", "Zürich ✓ 👩‍🚀"),
  ])
  func `is one line that does nothing to a terminal`(text: String, expected: String) {
    #expect(text.asLine == expected)
  }
}
