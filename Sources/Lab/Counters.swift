/// What the kernel counted at an interface since it was made: the truth that observations are
/// checked against.
package struct InterfaceCounters: Sendable, Equatable {
  package var receivedBytes: Int
  package var receivedPackets: Int
  package var sentBytes: Int
  package var sentPackets: Int

  /// Reads an interface's line of the text of /proc/net/dev; nil where it has none.
  package init?(interface: String, in text: String) {
    for line in text.split(separator: "\n") {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2, halves[0].allSatisfy({ $0 != "|" }),
        String(halves[0].drop { $0 == " " }) == interface
      else { continue }
      let figures = halves[1].split(separator: " ").compactMap { Int($0) }
      guard figures.count >= 16 else { return nil }
      receivedBytes = figures[0]
      receivedPackets = figures[1]
      sentBytes = figures[8]
      sentPackets = figures[9]
      return
    }
    return nil
  }
}
