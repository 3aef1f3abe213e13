import Glibc
import Moves
import Records
import Sequences
import Streams
import Wire

/// The moments of the samples: so many nanoseconds after 2025-03-01T12:05:00Z.
func moment(_ nanoseconds: Int64) -> Timestamp {
  Timestamp(nanoseconds: 1_740_830_700_000_000_000 + nanoseconds)
}

let guest = IPAddress(high: 0x2001_0db8_0042_0000, low: 0x10)
let correspondent = IPAddress(high: 0x2001_0db8_00cc_0000, low: 1)
let careOf = IPAddress(high: 0x2001_0db8_0001_0000, low: 2)
let homeAgent = IPAddress(high: 0x2001_0db8_00ff_0000, low: 1)
let stream = StreamKey(
  source: guest, sourcePort: 5004, destination: correspondent, destinationPort: 5005)
let tunnel = Leg(levels: [Leg.Level(source: careOf, destination: homeAgent)])
let external = Point(name: "xen1")
let receiver = Point(name: "cn")

let described = [
  RecordedPoint(
    point: external, source: "eth0", interval: .seconds(1), bootIdentifier: "5c0f-2"),
  RecordedPoint(point: receiver, source: "cn0", interval: .seconds(1)),
]

let numbered = StreamInterval(
  stream: stream, leg: tunnel, payload: .nemotop, epoch: 1, packets: 503, ipBytes: 50_300,
  udpBytes: 26_156, wireBytes: 77_462, firstTime: moment(1), lastTime: moment(998_000_000),
  sequence: SequenceFigures(
    runs: [
      NumberRun(first: 1000, last: 1499, firstTime: moment(1), lastTime: moment(900_000_000)),
      NumberRun(
        first: 1501, last: 1502, firstTime: moment(990_000_000), lastTime: moment(998_000_000)),
    ], lost: 1, skipped: 0, duplicates: 1, reordered: 0),
  maximumGap: .nanoseconds(90_000_000), jitter: .nanoseconds(1_234), transitMinimum: .zero,
  transitMedian: .nanoseconds(-500_000), isBlind: true)

let plain = StreamInterval(
  stream: StreamKey(
    source: IPAddress(ipv4: 0xC000_0201), sourcePort: 53, destination: IPAddress(ipv4: 0xC000_0202),
    destinationPort: 9), leg: .direct, payload: .unknown, packets: 2, ipBytes: 100, udpBytes: 44,
  wireBytes: 128, firstTime: moment(5), lastTime: moment(6))

let userMark = Mark(
  time: moment(7), kind: .user, detail: [("text", .text("a \"quoted\", line\nand more"))])
let gapMark = Mark(
  time: moment(990_000_000), point: "xen1", kind: .gap, stream: stream, leg: tunnel,
  detail: [("gap_ms", .number(90.5)), ("missing", .integer(1))])

let move: Move = {
  var move = Move(
    stream: stream, fromPoint: "xen1", fromLeg: tunnel, toPoint: "xen2", toLeg: .direct,
    lastBefore: moment(0), firstAfter: moment(352_000_001), decidedBy: ["xen1", "xen2"],
    verdict: .partial)
  move.lastNumber = 1502
  move.firstNumber = 1507
  move.lost = 4
  move.bindingUpdate = moment(17_000_000)
  move.migration = MigrationFigures(total: .milliseconds(277), downtime: .milliseconds(11))
  return move
}()

let sample = Observed(
  upTo: moment(1_000_000_000),
  snapshots: [
    Snapshot(
      point: external, start: moment(0), length: .seconds(1), streams: [numbered, plain],
      totals: [
        ProtocolTotal(kind: .udp, packets: 505, wireBytes: 77_590),
        ProtocolTotal(kind: .icmp6, packets: 1, wireBytes: 86),
      ], events: [], signals: [], captureDrops: 3)
  ], marks: [userMark, gapMark], moves: [move])

/// A folder that lives as long as the test.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/nemotop-test-XXXXXX".utf8CString)
    _ = unsafe mkdtemp(&template)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    for name in files { _ = unsafe unlink(path + "/" + name) }
    _ = unsafe rmdir(path)
  }

  var files: [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func text(_ name: String) -> String {
    let descriptor = unsafe open(path + "/" + name, O_RDONLY)
    defer { close(descriptor) }
    var content = [UInt8](repeating: 0, count: 1 << 20)
    let count = max(unsafe read(descriptor, &content, content.count), 0)
    return String(decoding: content.prefix(count), as: UTF8.self)
  }

  func write(_ text: String, to name: String) {
    let descriptor = unsafe open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
  }
}

/// All steps of a recording.
func readAll(_ path: String) throws -> [Observed] {
  let reader = try RecordReader(path: path)
  var steps: [Observed] = []
  while let step = try reader.next() { steps.append(step) }
  return steps
}
