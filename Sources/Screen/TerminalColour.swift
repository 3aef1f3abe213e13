/// One of a terminal's 256 colours: the first sixteen are in the shades that the user chose, the others
/// are those of xterm.
package struct TerminalColour: Hashable, Sendable {
  package var number: UInt8

  package init(_ number: UInt8) {
    self.number = number
  }

  /// A name of the first sixteen, such as `red` or `bright-red`, or a number from 0 to 255.
  package init?(named name: String) {
    if let index = Self.names.firstIndex(of: name) {
      self.init(UInt8(index))
    } else {
      guard let number = UInt8(name) else { return nil }
      self.init(number)
    }
  }

  /// The names of the first sixteen.
  package static let names: [String] = {
    let names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
    return names + names.map { "bright-" + $0 }
  }()

  /// The same colour, or the one most like it, of a terminal that has so many.
  package func among(_ count: Int) -> TerminalColour {
    if Int(number) < count { return self }
    if count < 16, number < 16 { return TerminalColour(number - 8) }
    let wanted = shade
    let others = (0..<UInt8(clamping: max(min(count, 256), 1))).map(TerminalColour.init)
    return others.min { wanted.distance(to: $0.shade) < wanted.distance(to: $1.shade) } ?? self
  }

  /// Red, green and blue, 0…255, as xterm has them.
  package struct Shade: Equatable, Sendable {
    package var red: Int
    package var green: Int
    package var blue: Int

    /// With the weights of the eye's sensitivity.
    func distance(to other: Shade) -> Int {
      let (red, green, blue) = (red - other.red, green - other.green, blue - other.blue)
      return 3 * red * red + 6 * green * green + blue * blue
    }
  }

  package var shade: Shade {
    let number = Int(number)
    switch number {
    case ..<16: return Self.shades[number]
    case ..<232:
      let levels = [0, 95, 135, 175, 215, 255]
      let place = number - 16
      return Shade(red: levels[place / 36], green: levels[place / 6 % 6], blue: levels[place % 6])
    default:
      let level = 8 + 10 * (number - 232)
      return Shade(red: level, green: level, blue: level)
    }
  }

  private static let shades = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255),
    (255, 0, 255), (0, 255, 255), (255, 255, 255),
  ].map { Shade(red: $0.0, green: $0.1, blue: $0.2) }
}
