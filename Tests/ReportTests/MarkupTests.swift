import Testing

@testable import Report

@Suite struct MarkupTests {
  @Test func `text and values are escaped, and what XML cannot hold is replaced`() {
    var markup = Markup()
    markup.element("p", ["title": "a\"b'&<>"], "x < y & \"z\"\u{0}\u{1B}[31m\u{FFFE}\u{202E}")
    #expect(
      markup.text == "<p title=\"a&quot;b&#39;&amp;&lt;&gt;\">"
        + "x &lt; y &amp; &quot;z&quot;\u{FFFD}\u{FFFD}[31m\u{FFFD}\u{FFFD}</p>")
  }

  @Test func `text without markup stays as it is`() {
    #expect("Ångström → 3 µs – 日本\n\t".escaped == "Ångström → 3 µs – 日本\n\t")
  }

  @Test(arguments: [
    (0.0, "0"), (1.25, "1.3"), (2.0, "2"), (-0.04, "0"), (-3.5, "-3.5"), (.nan, "0"),
  ])
  func `a length has one decimal at the most`(length: Double, text: String) {
    #expect(px(length) == text)
  }

  @Test func `a long text is cut with a sign of it`() {
    #expect("abcdef".shortened(to: 4) == "abc…")
    #expect("abcd".shortened(to: 4) == "abcd")
  }
}
