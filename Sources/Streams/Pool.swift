/// Elements that few owners need, and only for a time: a dense array whose places are used again.
struct Pool<Element: Sendable>: Sendable {
  private(set) var elements: [Element] = []
  private var free: [UInt32] = []

  subscript(place: Int) -> Element {
    get { elements[place] }
    _modify { yield &elements[place] }
  }

  /// A place that was used before.
  mutating func reuse() -> Int? {
    free.popLast().map { Int($0) }
  }

  /// A new place.
  mutating func append(_ element: Element) -> Int {
    elements.append(element)
    return elements.count - 1
  }

  /// Takes a place back; its element stays as it is until the place is used again.
  mutating func release(_ place: Int) {
    free.append(UInt32(truncatingIfNeeded: place))
  }

  /// Takes all places back.
  mutating func releaseAll() {
    free.removeAll(keepingCapacity: true)
    for place in elements.indices.reversed() { free.append(UInt32(truncatingIfNeeded: place)) }
  }
}
