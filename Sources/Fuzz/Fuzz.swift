import Glibc
import Synchronization
import Wire

/// What an input is taken for.
private enum Kind: String {
  case file, frame, script

  init(_ bytes: [UInt8]) {
    if FileInput.begins(bytes) {
      self = .file
    } else {
      self = bytes.first == UInt8(ascii: "S") ? .script : .frame
    }
  }
}

/// The only kind that is checked, as `FUZZ_KIND` says; nil for all of them.
private let wantedKind: Kind? = {
  guard let name = unsafe getenv("FUZZ_KIND") else { return nil }
  let text = unsafe String(cString: name)
  guard let kind = Kind(rawValue: text) else {
    fatalError("FUZZ_KIND=\(text): it is file, frame or script")
  }
  return kind
}()

private let checkedInputs: Counter = {
  // Said where the run ends by itself.
  atexit { print("\(checkedInputs.value.load(ordering: .relaxed)) inputs were checked") }
  return Counter()
}()

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}

/// The entry of libFuzzer: whatever the bytes, nothing traps and no check fails.
///
/// The bytes are a capture file where they begin as one, so that captures can be given as they are.
/// Where they begin with an S they are a script for the counting of streams, otherwise one frame, its
/// first byte left out. Where `FUZZ_KIND` names one of these, the others are refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start = unsafe start else { return 0 }
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard !bytes.isEmpty else { return 0 }
  let kind = Kind(bytes)
  guard wantedKind == nil || kind == wantedKind else { return -1 }
  switch kind {
  case .file: FileInput(bytes).check()
  case .script: ScriptInput(bytes.dropFirst()).check()
  case .frame: FrameInput(bytes.dropFirst()).check()
  }
  checkedInputs.value.add(1, ordering: .relaxed)
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
