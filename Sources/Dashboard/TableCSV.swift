import Records
import Screen
import Streams
import Wire

/// The table of streams as CSV (RFC 4180): the streams that it shows in its order, with every figure
/// in full. What is not known is empty, as in the records.
package struct TableCSV {
  /// A column: its name, what it means, and its text for a stream.
  private struct Column: Sendable {
    var name: String
    var meaning: String
    var text: @Sendable (StreamKey, StreamHistory, View) -> String
  }

  private static let columns: [Column] = [
    Column(name: "time", meaning: "the moment that is shown, in UTC") { _, _, view in
      view.history.upTo.map(\.description) ?? ""
    },
    Column(name: "source", meaning: "address, or its number where it is masked") { key, _, view in
      view.address(key.source)
    },
    Column(name: "source_port", meaning: "UDP port") { key, _, _ in "\(key.sourcePort)" },
    Column(name: "destination", meaning: "as the source") { key, _, view in
      view.address(key.destination)
    },
    Column(name: "destination_port", meaning: "UDP port") { key, _, _ in
      "\(key.destinationPort)"
    },
    Column(name: "source_name", meaning: "where names are shown") { key, _, view in
      view.name(key.source) ?? ""
    },
    Column(name: "destination_name", meaning: "where names are shown") { key, _, view in
      view.name(key.destination) ?? ""
    },
    Column(name: "payload", meaning: "what numbers it carries; - for none") { _, stream, _ in
      stream.payload.rawValue
    },
    Column(name: "on", meaning: "the server that carries it; empty where it is away") {
      _, stream, view in
      guard case .on(let site) = view.place(of: stream) else { return "" }
      return site
    },
    rate(.rate2), rate(.rate10), rate(.rate40),
    Column(name: "packets", meaning: "that passed") { _, stream, _ in "\(stream.packets)" },
    Column(name: "ip_bytes", meaning: "that passed") { _, stream, _ in "\(stream.bytes)" },
    Column(name: "lost", meaning: "packets that never came") { _, stream, _ in
      stream.lost.map { "\($0)" } ?? ""
    },
    Column(name: "jitter_ms", meaning: "of RFC 3550, to the nanosecond") { _, stream, _ in
      stream.jitter?.exactMilliseconds ?? ""
    },
    Column(name: "moves", meaning: "from server to server") { _, stream, _ in "\(stream.moves)" },
    Column(name: "last_packet", meaning: "its time, in UTC") { _, stream, _ in
      stream.lastTime.nanoseconds == .min ? "" : stream.lastTime.description
    },
    Column(name: "pinned", meaning: "true or false") { key, _, view in
      "\(view.pinned.contains(key))"
    },
  ]

  private static func rate(_ column: StreamColumn) -> Column {
    let seconds = column.seconds ?? 1
    return Column(
      name: "bits_per_second_\(column.rawValue)",
      meaning: "mean of ip_bytes over the last whole intervals"
    ) { _, stream, view in
      let rate = view.history.rate(stream.passed, over: seconds) * 8
      return Int64(exactly: rate).map { "\($0)" } ?? "\(rate)"
    }
  }

  /// Its columns with what they mean, a line each.
  package static let help = columns.map { column in
    "  \(column.name.padded(to: 20)) \(column.meaning)"
  }.joined(separator: "\n")

  /// The header line and a line for each stream.
  static func text(of view: View) -> String {
    let rows = view.order.compactMap { key in
      view.history.streams[key].map { stream in columns.map { $0.text(key, stream, view) } }
    }
    return ([columns.map(\.name)] + rows).map(CSV.line).joined()
  }
}

extension View {
  /// The address, or its number where it is masked.
  fileprivate func address(_ address: IPAddress) -> String {
    mask.isOn ? mask.word(for: address) : address.description
  }

  /// The name of an address, where one is shown.
  fileprivate func name(_ address: IPAddress) -> String? {
    mask.isOn ? nil : names.name(of: address)
  }
}
