import Capture
import Foundation
import Records
import Streams

/// Opens sources as feeds.
///
/// Kept captures are opened first, since they say how their packets were counted, and everything is
/// counted in one way.
struct SourceOpening {
  let counting: CountingOptions
  private let options: ObservationOptions
  private var replays: [(source: Source, replay: KeptReplay)] = []
  /// Pipes, which cannot be opened twice.
  private var pipes: [(source: Source, pipe: Pipe)] = []

  /// An open stream, until it is taken.
  private final class Pipe {
    var stream: CaptureStream?

    init(_ stream: consuming CaptureStream) {
      self.stream = consume stream
    }
  }

  init(_ sources: [Source], options: ObservationOptions) throws(ObservationError) {
    self.options = options
    var points: [KeptPoint] = []
    for source in sources {
      guard case .capture(let path) = source.kind else { continue }
      do throws(CaptureError) {
        let stream = try CaptureStream(path: path)
        if KeptReplay.isKept(stream) {
          let replay = try KeptReplay(stream, filter: options.filter)
          replays.append((source, replay))
          points += replay.points
        } else if !stream.isRepeatable {
          pipes.append((source, Pipe(stream)))
        }
      } catch {
        throw .cannotCapture(source, error)
      }
    }
    counting = try options.counting(with: points)
  }

  func open(
    _ source: Source, wake: @escaping @Sendable () -> Void
  ) throws(ObservationError) -> [any Feed] {
    if let kept = replays.first(where: { $0.source == source }) {
      return try open(kept.replay, as: source)
    }
    switch source.kind {
    case .capture(let path):
      do throws(CaptureError) {
        let pipe = pipes.first { $0.source == source }?.pipe
        return [
          try FileFeed(
            point: source.point, path: path, stream: pipe?.stream.take(), filter: options.filter,
            options: counting)
        ]
      } catch {
        throw .cannotCapture(source, error)
      }
    case .interface(let name, let namespace):
      var pcap = PcapInterface.Options()
      pcap.snapshotLength = options.snapshotLength
      pcap.filter = options.filter
      let transience = InterfacePattern(name).map {
        TransientInterface($0, snapshotLength: options.snapshotLength)
      }
      let (settings, method) = (pcap, options.captureMethod)
      do throws(CaptureError) {
        let point = KeptPoint(
          point: source.point, source: name, counting: counting,
          bootIdentifier: bootIdentifier())
        return [
          try LiveFeed(
            point, options: options, transience: transience, wake: wake
          ) { () throws(CaptureError) in
            try LiveInterface(
              name: name, options: settings, networkNamespace: namespace, method: method)
          }
        ]
      } catch {
        throw .cannotCapture(source, error)
      }
    case .program(let line):
      return [
        ProgramFeed(
          source.point, path: "exec:" + line, line: line, isSurelyLive: false,
          interval: counting.interval, wake: wake)
      ]
    case .remote(let host, let interface):
      return [
        ProgramFeed(
          source.point, path: "ssh:\(host):\(interface)",
          line: RemoteLog.line(
            host: host, interface: interface, point: source.point, options: options,
            counting: counting),
          isSurelyLive: true, interval: counting.interval, wake: wake)
      ]
    case .recording(let path):
      do throws(RecordError) {
        return [try RecordingFeed(path: path)]
      } catch {
        throw .cannotRead(source, error)
      }
    }
  }

  /// All points of a kept capture, or the one that the source names. A capture of a single point may
  /// be given another name.
  private func open(
    _ replay: KeptReplay, as source: Source
  ) throws(ObservationError) -> [any Feed] {
    let points = replay.points.map(\.point)
    if source.naming == .ownName {
      return points.indices.map { index in
        KeptFeed(replay, replay.track(of: index, as: points[index], options: counting))
      }
    }
    let found = points.firstIndex { $0.name == source.point.name }
    guard let index = found ?? (points.count == 1 ? 0 : nil) else {
      throw .noSuchPoint(source, points: points.map(\.name))
    }
    let keepsRole = found != nil && source.naming == .name
    return [
      KeptFeed(
        replay,
        replay.track(
          of: index, as: keepsRole ? points[index] : source.point, options: counting))
    ]
  }
}

/// What tells this boot of this host from every other; nil where the system does not say.
package func bootIdentifier() -> String? {
  let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
  return text?.trimmingCharacters(in: .whitespacesAndNewlines)
}
