/// An SVG drawing: shapes in the classes of the style sheet, with a title and a description for those who
/// do not see it.
struct Drawing {
  let width: Double
  var height: Double
  let title: String
  let description: String
  /// Sets its elements apart from those of every other drawing in the document.
  let identifier: String
  var shapes = Markup()

  init(_ identifier: String, width: Double, height: Double = 0, title: String, description: String)
  {
    self.identifier = identifier
    self.width = width
    self.height = height
    self.title = title
    self.description = description
  }

  mutating func line(
    _ class: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double
  ) {
    shapes.empty(
      "line", ["class": `class`, "x1": px(x1), "y1": px(y1), "x2": px(x2), "y2": px(y2)])
  }

  /// A rectangle; one that would be too thin to see is drawn a pixel wide.
  mutating func rectangle(
    _ class: String, from left: Double, to right: Double, top: Double, height: Double
  ) {
    shapes.empty(
      "rect",
      [
        "class": `class`, "x": px(left), "y": px(top), "width": px(max(right - left, 1)),
        "height": px(height),
      ])
  }

  mutating func path(_ class: String, _ commands: String) {
    shapes.empty("path", ["class": `class`, "d": commands])
  }

  mutating func text(_ class: String, _ text: String, x: Double, y: Double) {
    shapes.element("text", ["class": `class`, "x": px(x), "y": px(y)], text)
  }

  /// Tags in a row above what they belong to, with a leader to it from where they had to move aside.
  mutating func tags(
    _ tags: [Tags.Tag], from left: Double, to right: Double, baseline: Double, foot: Double,
    size: Double
  ) -> Bool {
    guard let placed = Tags.place(tags, from: left, to: right, size: size) else { return false }
    for tag in placed {
      line("leader", tag.middle, baseline + 3, tag.x, foot)
      text("tag middle", tag.text, x: tag.middle, y: baseline)
    }
    return true
  }

  /// The drawing as an element of the document.
  func write(into document: inout Markup, class: String) {
    let names = "\(identifier)-title \(identifier)-text"
    document.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": `class`, "role": "img",
        "viewBox": "0 0 \(px(width)) \(px(height))", "width": px(width), "height": px(height),
        "aria-labelledby": names,
      ]
    ) { svg in
      svg.element("title", ["id": "\(identifier)-title"], title)
      svg.element("desc", ["id": "\(identifier)-text"], description)
      svg.write(shapes)
    }
  }
}

/// The two widths in which a drawing is made: the style sheet shows the one that fits.
enum DrawingWidth: CaseIterable {
  case wide, narrow

  var pixels: Double { self == .wide ? 960 : 380 }
  var name: String { self == .wide ? "wide" : "narrow" }
  /// The height of small text.
  var textSize: Double { self == .wide ? 12.5 : 11 }
}
