import Screen

extension KeyTable {
  /// What keys do while a recording or capture is played in time, before what else they would.
  static let playbackBindings: [KeyBinding] = [
    KeyBinding(
      keys: [(.character(" "), .play(.pause))],
      label: "space", help: "the replay stands still, or goes on", hint: ("space", "pause")),
    KeyBinding(
      keys: [
        (.left, .play(.seek(.zero - Playback.leap))), (.right, .play(.seek(Playback.leap))),
      ],
      label: "left right", help: "10 s back, forward", hint: ("left right", "seek")),
    KeyBinding(
      keys: [(.character("."), .play(.step))],
      label: ".", help: "one interval forward, and stand still", hint: (".", "step")),
    KeyBinding(
      keys: [(.character("{"), .play(.slower)), (.character("}"), .play(.faster))],
      label: "{ }", help: "half the speed, twice the speed", hint: ("{ }", "speed")),
  ]

  /// The table that counts: while something is played, with its keys after the first two.
  static func bindings(whilePlaying isPlaying: Bool) -> [KeyBinding] {
    guard isPlaying else { return bindings }
    // What holds the screen while more comes is for what is live.
    let others = bindings.filter { binding in
      !binding.keys.contains { [.freeze, .earlier, .later].contains($0.1) }
    }
    return others.prefix(2) + playbackBindings + others.dropFirst(2)
  }
}
