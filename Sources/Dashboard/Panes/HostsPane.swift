import Screen
import Streams
import Wire

/// A column of the table of hosts, by its name in the layouts.
enum HostColumn: String, CaseIterable {
  case host, out, `in`, sent, received, streams

  var column: Column {
    switch self {
    case .host:
      Column(heading: "HOST", width: 16, priority: 1, isRightAligned: false, isFlexible: true)
    case .out: Column(heading: "OUT 10s", width: 8, priority: 2)
    case .in: Column(heading: "IN 10s", width: 8, priority: 3)
    case .sent: Column(heading: "SENT", width: 8, priority: 4)
    case .received: Column(heading: "RECEIVED", width: 8, priority: 5)
    case .streams: Column(heading: "STREAMS", width: 7, priority: 6)
    }
  }
}

/// What one address sent and was sent, in all streams together.
struct HostFigures: Equatable {
  var address: IPAddress
  /// Bytes a second, over the last 10 s.
  var out = 0.0
  var `in` = 0.0
  /// Bytes that passed.
  var sent = 0
  var received = 0
  var streams = 0

  /// Of every address that streams name, the busiest first.
  static func all(in history: History) -> [HostFigures] {
    var hosts: [IPAddress: HostFigures] = [:]
    for (key, stream) in history.streams {
      let rate = history.rate(stream.passed, over: 10)
      var source = hosts[key.source] ?? HostFigures(address: key.source)
      source.out += rate
      source.sent += stream.bytes
      source.streams += 1
      hosts[key.source] = source
      var destination = hosts[key.destination] ?? HostFigures(address: key.destination)
      destination.in += rate
      destination.received += stream.bytes
      if key.destination != key.source { destination.streams += 1 }
      hosts[key.destination] = destination
    }
    return hosts.values.sorted {
      ($0.out + $0.in, $0.sent + $0.received, $1.address) > (
        $1.out + $1.in, $1.sent + $1.received, $0.address
      )
    }
  }
}

/// The hosts by what they send and receive, the busiest first.
struct HostsPane: Pane {
  var columns: [HostColumn]

  func rows(_ view: View, width: Int) -> RowNeed {
    let hosts = Set(view.history.streams.keys.flatMap { [$0.source, $0.destination] })
    return RowNeed(least: 2, most: 1 + max(hosts.count, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let hosts = HostFigures.all(in: view.history)
    grid.draw(hosts, in: columns.map(\.column), orNote: "no host yet") { host, index, width in
      (text(columns[index], of: host, view, width: width), .plain)
    }
  }

  private func text(_ column: HostColumn, of host: HostFigures, _ view: View, width: Int) -> String
  {
    switch column {
    case .host:
      view.host(host.address).shortenedInMiddle(to: width, ellipsis: view.glyphs.ellipsis)
    case .out: Figures.shortRate(bytesPerSecond: host.out, inBytes: view.inBytes)
    case .in: Figures.shortRate(bytesPerSecond: host.in, inBytes: view.inBytes)
    case .sent: Figures.short(Double(host.sent)) + "B"
    case .received: Figures.short(Double(host.received)) + "B"
    case .streams: Figures.count(host.streams)
    }
  }
}
