import Streams
import Wire

/// A stream that is looked for by a text in what the table says of it.
struct Search: Sendable {
  var text = ""
  /// The stream that was chosen when the search began: what is typed is found from there on.
  var start: StreamKey?
  /// Which of the streams with the text is chosen, counted from 1; nil where there is none.
  private(set) var found: (number: Int, count: Int)?

  /// Finds the first stream with the text from the start on, or after the one that is chosen; after
  /// the last one comes the first.
  ///
  /// - Returns: the stream; nil where none has the text.
  mutating func find(in view: View, after chosen: StreamKey? = nil) -> StreamKey? {
    found = nil
    guard !text.isEmpty else { return start }
    let word = text.lowercased()
    let matches = view.order.indices.filter { index in
      let key = view.order[index]
      return view.history.streams[key].map { $0.says(word, of: key, naming: view.host) } ?? false
    }
    guard !matches.isEmpty else { return nil }
    let from = (chosen ?? start).flatMap { view.order.firstIndex(of: $0) } ?? 0
    let number = matches.firstIndex { chosen == nil ? $0 >= from : $0 > from } ?? 0
    found = (number + 1, matches.count)
    return view.order[matches[number]]
  }
}

extension StreamHistory {
  /// Whether a word in lower case stands in what the table says of the stream.
  ///
  /// - Parameter naming: What the table shows in the place of an address.
  func says(_ word: String, of key: StreamKey, naming: (IPAddress) -> String) -> Bool {
    func ends(_ text: (IPAddress) -> String) -> String {
      "\(text(key.source)):\(key.sourcePort) > \(text(key.destination)):\(key.destinationPort)"
    }
    return ([ends(\.description), ends(naming), payload.rawValue] + points.keys).contains {
      $0.lowercased().contains(word)
    }
  }
}
