/// Short texts in a row, each over its place, moved aside where they would overlap.
enum Tags {
  struct Tag: Sendable {
    var text: String
    /// What it belongs to.
    var x: Double
    /// Its middle, where it was put.
    var middle: Double = 0
  }

  /// The width of a text of so many pixels in height: with room to spare in every usual font.
  static func width(_ text: String, size: Double) -> Double {
    Double(text.count) * size * 0.57 + 2
  }

  /// Puts the tags between the two edges; nil where there is no room for all.
  static func place(
    _ tags: [Tag], from left: Double, to right: Double, size: Double, gap: Double = 6
  ) -> [Tag]? {
    var tags = tags.sorted { $0.x < $1.x }
    let widths = tags.map { width($0.text, size: size) }
    guard widths.reduce(0, +) + gap * Double(max(tags.count - 1, 0)) <= right - left else {
      return nil
    }
    var edge = left
    for index in tags.indices {
      let start = max(tags[index].x - widths[index] / 2, edge)
      tags[index].middle = start + widths[index] / 2
      edge = start + widths[index] + gap
    }
    edge = right
    for index in tags.indices.reversed() {
      let end = min(tags[index].middle + widths[index] / 2, edge)
      tags[index].middle = end - widths[index] / 2
      edge = end - widths[index] - gap
    }
    return tags
  }
}
