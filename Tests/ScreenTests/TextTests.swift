import Screen
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    ("abc", 3), ("ä", 1), ("e\u{301}", 1), ("漢字", 4), ("ｱ", 1), ("Ａ", 2), ("한", 2), ("→▲", 2),
    ("⣿", 1), ("🚚", 2), ("\u{200B}", 0),
  ])
  func `widths are those of terminals`(text: String, width: Int) {
    #expect(text.cells == width)
  }

  @Test(arguments: [
    (17, "2001:db8:42::1:10"), (16, "2001:db…42::1:10"), (9, "2001…1:10"), (3, "2…0"),
    (2, "20"), (0, ""),
  ])
  func `an address is shortened in its middle`(width: Int, text: String) {
    #expect("2001:db8:42::1:10".shortenedInMiddle(to: width, ellipsis: "…") == text)
  }

  @Test func `wide text is shortened to cells, not to characters`() {
    let text = "漢字漢字".shortenedInMiddle(to: 6, ellipsis: "…")
    #expect(text == "漢…字")
    #expect("漢字".clipped(to: 3) == "漢")
    #expect("漢".padded(to: 4) == "漢  ")
    #expect("abcdef".padded(to: 4) == "abcd")
  }
}
