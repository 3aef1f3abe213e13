import Testing

@testable import Records

@Suite struct JSONParserTests {
  private func parse(_ text: String) -> JSONValue? { JSONValue(parsing: Array(text.utf8)) }

  @Test(arguments: [
    ("null", JSONValue.null), (" true ", .boolean(true)), ("false", .boolean(false)),
    ("0", .number("0")), ("-0", .number("-0")), ("-12.5", .number("-12.5")),
    ("9007199254740993", .number("9007199254740993")),
    // Without an exponent, and no longer than they need to be.
    ("1.0", .number("1")), ("2.50", .number("2.5")), ("1e3", .number("1000")),
    ("25E-1", .number("2.5")), ("1e+200", .number("1e+200")), ("-2e-300", .number("-2e-300")),
    (#""""#, .string("")), (#""ü✓""#, .string("ü✓")),
    (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
    (#""a\u00e9\u20AC\ud83d\ude00b""#, .string("aé€😀b")),
    ("[]", .array([])),
    ("[1, [\"x\"]\t,{} ]", .array([.number("1"), .array([.string("x")]), .object([])])),
    (
      #"{"b":1,"a":[null]}"#,
      .object([
        JSONValue.Member(name: "b", value: .number("1")),
        JSONValue.Member(name: "a", value: .array([.null])),
      ])
    ),
  ])
  func values(text: String, value: JSONValue) {
    #expect(parse(text) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "nulll", "True", "01", "-", "+1", ".5", "1.", "1e", "0x1", "NaN", "1 2",
    "\"", "\"a", #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ud83dx""#, #""\ude00""#,
    #""\ud83d\u0041""#, "\"a\nb\"", "\"\t\"", "[", "[1", "[1,]", "[,1]", "[1 2]", "{", "{1:2}",
    #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1"#, "{}x", "'a'", "1e999999",
  ])
  func refusals(text: String) {
    #expect(parse(text) == nil)
  }

  @Test func bytesThatAreNoUTF8AreRefused() {
    #expect(JSONValue(parsing: [0x22, 0xFF, 0x22]) == nil)
    #expect(JSONValue(parsing: [0x22, 0x5C, 0x6E, 0xC3, 0x22]) == nil)
    #expect(JSONValue(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) == nil)
  }

  @Test func depthIsBounded() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(parse(nested(64)) != nil)
    #expect(parse(nested(65)) == nil)
    #expect(parse(String(repeating: "[", count: 1_000_000)) == nil)
  }

  /// What is written is read again, and nothing that was damaged brings it down.
  @Test func damagedTexts() {
    var random = SystemRandomNumberGenerator()
    let whole = Array(
      #"{"record":"mark","n":-1.25e2,"a":[1,"\u00e9\\",{"b":null}],"t":true}"#.utf8)
    let value = JSONValue(parsing: whole)
    #expect(value.map { JSONValue(parsing: Array($0.text.utf8)) } == value)
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0...Int.random(in: 0..<3, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count / 4, using: &random))
      guard let read = JSONValue(parsing: bytes) else { continue }
      #expect(JSONValue(parsing: Array(read.text.utf8)) == read)
    }
  }
}
