import Wire

/// The entry of libFuzzer: whatever the bytes, nothing traps and no check fails.
///
/// The bytes are a capture file where they begin as one, so that captures can be given as they are.
/// Where they begin with an S they are a script for the counting of streams, otherwise one frame, its
/// first byte left out.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start = unsafe start else { return 0 }
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  if FileInput.begins(bytes) {
    FileInput(bytes).check()
  } else if first == UInt8(ascii: "S") {
    ScriptInput(bytes.dropFirst()).check()
  } else {
    FrameInput(bytes.dropFirst()).check()
  }
  return 0
}

/// Ends the run where a check fails.
func check(
  _ holds: Bool, _ what: @autoclosure () -> String, file: StaticString = #file, line: UInt = #line
) {
  guard holds else { fatalError(what(), file: file, line: line) }
}

/// Takes an input apart; where there is nothing left, it reads 0.
struct InputReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  var isEmpty: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func bytes(_ count: Int) -> [UInt8] {
    let taken = Array(rest.prefix(count))
    rest = rest.dropFirst(count)
    return taken
  }

  /// Big-endian.
  mutating func integer<Value: FixedWidthInteger>() -> Value {
    (0..<Value.bitWidth / 8).reduce(0) { value, _ in value << 8 | Value(byte()) }
  }
}
