import Screen

/// What a key does.
enum Action: Equatable {
  case help, quit, freeze, earlier, later
  case up, down, pageUp, pageDown, first, last
  case sortBefore, sortAfter, sortBy(Int), reverse
  case longer, shorter
  case bytes, cumulative, mark, nextLayout, filter, search, pin, names, mask, detail, write
  case writeTable, close
  case play(Playback.Command)
}

/// One line of the table that keys, help and the bottom line are made from.
struct KeyBinding {
  var keys: [(Key, Action)]
  /// The keys as the help names them.
  var label: String
  var help: String
  /// Key and word on the bottom line; nil where it is not named there.
  var hint: (key: String, word: String)?
}

enum KeyTable {
  static let bindings: [KeyBinding] = [
    KeyBinding(
      keys: [(.character("?"), .help), (.character("h"), .help), (.function(1), .help)],
      label: "? h F1", help: "this help, and back", hint: ("?", "help")),
    KeyBinding(
      keys: [(.character("q"), .quit), (.control("c"), .quit)],
      label: "q ^C", help: "quit", hint: ("q", "quit")),
    KeyBinding(
      keys: [(.character(" "), .freeze)],
      label: "space", help: "freeze the screen, and back to now; data still comes in",
      hint: ("space", "freeze")),
    KeyBinding(
      keys: [(.character("["), .earlier), (.character("]"), .later)],
      label: "[ ]", help: "back, on by half the window in the time that is kept", hint: nil),
    KeyBinding(
      keys: [
        (.up, .up), (.character("k"), .up), (.down, .down), (.character("j"), .down),
        (.control("u"), .pageUp), (.pageUp, .pageUp), (.control("d"), .pageDown),
        (.pageDown, .pageDown), (.character("g"), .first), (.home, .first),
        (.character("G"), .last), (.end, .last),
      ],
      label: "arrows j k g G", help: "choose a stream, ^u ^d by ten", hint: nil),
    KeyBinding(
      keys: [
        (.character("<"), .sortBefore), (.left, .sortBefore), (.character(">"), .sortAfter),
        (.right, .sortAfter),
      ],
      label: "< >", help: "sort by the column before, after", hint: ("< >", "sort")),
    KeyBinding(
      keys: (1...9).map { (.character(Character(String($0))), .sortBy($0)) },
      label: "1-9", help: "sort by that column", hint: nil),
    KeyBinding(
      keys: [(.character("r"), .reverse)], label: "r", help: "sort the other way", hint: nil),
    KeyBinding(
      keys: [
        (.character("+"), .shorter), (.character("="), .shorter), (.character("-"), .longer),
      ],
      label: "+ -", help: "zoom the time axis in, out", hint: ("+ -", "zoom")),
    KeyBinding(
      keys: [(.character("b"), .bytes)],
      label: "b", help: "bits or bytes per second", hint: ("b", "bytes")),
    KeyBinding(
      keys: [(.character("l"), .cumulative)],
      label: "l", help: "rates, or bytes in total", hint: ("l", "total")),
    KeyBinding(
      keys: [(.character("m"), .mark)],
      label: "m", help: "set a mark with a text of yours", hint: ("m", "mark")),
    KeyBinding(
      keys: [(.tab, .nextLayout)],
      label: "tab", help: "the next layout", hint: ("tab", "layout")),
    KeyBinding(
      keys: [(.enter, .detail)],
      label: "Enter", help: "all that is known of the stream", hint: nil),
    KeyBinding(
      keys: [(.character("w"), .write), (.character("W"), .writeTable)],
      label: "w W", help: "write the screen as text, the table as CSV into a file", hint: nil),
    KeyBinding(
      keys: [(.character("/"), .filter), (.escape, .close)], label: "/ Esc",
      help: "filter: addr port point payload lost>0 text and or not", hint: nil),
    KeyBinding(
      keys: [(.character("f"), .search), (.function(3), .search)],
      label: "f F3", help: "find a stream by a text; Enter goes on to the next", hint: nil),
    KeyBinding(
      keys: [(.character("p"), .pin)],
      label: "p", help: "pin the stream on top of the table, or let it go", hint: nil),
    KeyBinding(
      keys: [(.character("n"), .names)],
      label: "n", help: "names: those of --names, those that are found (DNS), none", hint: nil),
    KeyBinding(
      keys: [(.character("x"), .mask)],
      label: "x", help: "mask addresses and names: host-1, host-2 in their place", hint: nil),
  ]

  static func action(for key: Key, whilePlaying isPlaying: Bool = false) -> Action? {
    for binding in bindings(whilePlaying: isPlaying) {
      for (bound, action) in binding.keys where bound == key { return action }
    }
    return nil
  }
}
