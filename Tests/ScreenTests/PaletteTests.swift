import Foundation
import Screen
import Testing

/// A colour in the eye: linear red, green and blue (IEC 61966-2-1).
private struct Light {
  var parts: [Double]

  init(_ colour: TerminalColour) {
    let shade = colour.shade
    parts = [shade.red, shade.green, shade.blue].map { level in
      let part = Double(level) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
  }

  /// WCAG 2.1, relative luminance.
  var luminance: Double { 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] }

  /// As eyes of this kind see it: Machado, Oliveira and Fernandes 2009, of severity 1.
  func seen(by eyes: Eyes) -> Light {
    var light = self
    light.parts = eyes.matrix.map { row in
      min(max(zip(row, parts).reduce(0) { $0 + $1.0 * $1.1 }, 0), 1)
    }
    return light
  }

  /// The distance in CIELAB of 1976, under D65.
  func distance(to other: Light) -> Double {
    let (left, right) = (lab, other.lab)
    return pow(zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }, 0.5)
  }

  private var lab: [Double] {
    let rows = [
      [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
      [0.0193339, 0.1191920, 0.9503041],
    ]
    let white = [0.95047, 1, 1.08883]
    let parts = zip(rows, white).map { row, white in
      let part = zip(row, self.parts).reduce(0) { $0 + $1.0 * $1.1 } / white
      return part > 0.008856 ? pow(part, 1.0 / 3) : 7.787 * part + 16.0 / 116
    }
    return [
      116 * parts[1] - 16, 500 * (parts[0] - parts[1]), 200 * (parts[1] - parts[2]),
    ]
  }
}

enum Eyes: CaseIterable {
  case ordinary, protanopic, deuteranopic

  var matrix: [[Double]] {
    switch self {
    case .ordinary: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .protanopic:
      [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
      ]
    case .deuteranopic:
      [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
      ]
    }
  }
}

@Suite struct PaletteTests {
  @Test(arguments: Background.allCases)
  func `every colour stands out from the background`(background: Background) {
    let paper = background == .dark ? 0.0 : 1.0
    for (role, colour) in Palette(on: background, count: 256).colours {
      // WCAG 2.1, success criterion 1.4.11.
      let luminances = [Light(colour).luminance, paper]
      let contrast = ((luminances.max() ?? 0) + 0.05) / ((luminances.min() ?? 0) + 0.05)
      #expect(contrast >= 3, "\(role)")
    }
  }

  @Test(arguments: Background.allCases, Eyes.allCases)
  func `places are told apart by eyes that see fewer colours`(background: Background, eyes: Eyes)
    throws
  {
    let palette = Palette(on: background, count: 256)
    let places = try [Colour.first, .second, .third, .fourth].map {
      Light(try #require(palette.colours[$0])).seen(by: eyes)
    }
    for index in places.indices {
      for other in places[..<index] { #expect(places[index].distance(to: other) > 20) }
    }
  }

  @Test(arguments: Background.allCases)
  func `a terminal gets no more colours than it has, and each place its own`(
    background: Background
  ) {
    for count in [8, 16, 88, 256] {
      let colours = Palette(on: background, count: count).colours
      #expect(colours.values.allSatisfy { Int($0.number) < count })
      let places = [Colour.first, .second, .third, .fourth].compactMap { colours[$0] }
      #expect(Set(places).count == 4)
    }
    #expect(Palette(on: background, count: 0).colours.isEmpty)
    #expect(Palette(on: background, count: 2).colours.isEmpty)
  }

  @Test(arguments: [
    (nil, Background.dark), ("", .dark), ("15;0", .dark), ("0;15", .light),
    ("0;default;15", .light),
    ("0;7", .light), ("7;8", .dark), ("12;6", .dark), ("0;default", .dark), ("nonsense", .dark),
    ("0;255", .dark),
  ])
  func `COLORFGBG says what the terminal draws on`(text: String?, background: Background) {
    #expect(Background(colorFGBG: text) == background)
  }

  @Test func `a layout's colours stand in the place of the program's`() {
    let own = Palette(on: .dark, count: 256)
    let chosen: [Colour: TerminalColour?] = [
      .first: TerminalColour(1), .alarm: TerminalColour?.none, .quiet: TerminalColour(240),
    ]
    let palette = own.replacing(chosen, count: 256)
    #expect(palette.colours[.first] == TerminalColour(1))
    #expect(palette.colours[.alarm] == nil)
    #expect(palette.colours[.quiet] == TerminalColour(240))
    #expect(palette.colours[.second] == own.colours[.second])
    #expect(
      Palette(on: .dark, count: 8).replacing([.first: TerminalColour(214)], count: 8)
        .colours[.first] == TerminalColour(3))
    let none = Palette(on: .dark, count: 0)
    #expect(none.replacing([.first: TerminalColour(1)], count: 0) == none)
  }

  @Test(arguments: [
    ("red", 1), ("bright-red", 9), ("white", 7), ("0", 0), ("255", 255), ("256", nil), ("-1", nil),
    ("pink", nil), ("", nil), ("Red", nil),
  ])
  func `a colour has a name or a number`(name: String, number: UInt8?) {
    #expect(TerminalColour(named: name)?.number == number)
  }

  @Test func `shades are those of xterm, and the nearest one stands for one that is not there`() {
    for (number, levels) in [
      (9, [255, 0, 0]), (16, [0, 0, 0]), (74, [95, 175, 215]), (231, [255, 255, 255]),
      (232, [8, 8, 8]), (255, [238, 238, 238]),
    ] {
      let shade = TerminalColour(UInt8(number)).shade
      #expect([shade.red, shade.green, shade.blue] == levels)
    }
    #expect(TerminalColour(196).among(16).number == 9)
    #expect(TerminalColour(196).among(8).number == 1)
    #expect(TerminalColour(12).among(8).number == 4)
    #expect(TerminalColour(231).among(16).number == 15)
    #expect(TerminalColour(12).among(16).number == 12)
  }
}
