package import Capture
package import Records
import Streams
package import Wire

/// How sources are observed.
package struct ObservationOptions: Sendable {
  /// How packets are counted (`CountingOptions`): nil is as a kept capture was counted, else the usual.
  package var interval: Duration?
  package var leftAfter: Duration?
  package var gapOver: Duration?
  /// The tunnels in UDP that are entered beside VXLAN.
  package var decapsulation: Decapsulation?
  /// A filter expression (pcap-filter(7)) for every source that captures.
  package var filter: String?
  /// The most that is captured of a frame, in bytes.
  package var snapshotLength = 256
  /// How live interfaces are captured.
  package var captureMethod = CaptureMethod.auto
  /// The most that the clocks of two hosts are apart, where the user knows it.
  package var clockBound: Duration?
  /// Keeps what became of every number of every stream.
  package var keepsLosses = false
  /// How a shell calls OpenSSH, and nemotop on the hosts that it reaches.
  package var ssh = "ssh"
  package var remoteProgram = "nemotop"
  /// Keeps the packets of the live points.
  package var keeper: CaptureKeeper?

  package init() {}

  /// How everything is counted together with kept captures of these points.
  func counting(with kept: [KeptPoint] = []) throws(ObservationError) -> CountingOptions {
    CountingOptions(
      interval: try value(interval, \.interval, "--interval", kept),
      leftAfter: try value(leftAfter, \.leftAfter, "--left-after", kept),
      gapOver: try value(gapOver, \.gapOver, "--gap-over", kept),
      decapsulation: try value(decapsulation, \.decapsulation, "--decap", kept))
  }

  private func value<Value: Equatable>(
    _ given: Value?, _ path: KeyPath<CountingOptions, Value>, _ option: String,
    _ kept: [KeptPoint]
  ) throws(ObservationError) -> Value {
    if let given { return given }
    guard let first = kept.first else { return CountingOptions()[keyPath: path] }
    let value = first.counting[keyPath: path]
    if let other = kept.first(where: { $0.counting[keyPath: path] != value }) {
      throw .countedDifferently(option: option, points: [first.point.name, other.point.name])
    }
    return value
  }
}

/// Why an observation cannot begin.
package enum ObservationError: Error, Equatable, Sendable {
  case noSources
  /// Two sources have the same name.
  case samePoint(String)
  /// Two points are the same interface, whose packets would count twice.
  case sameInterface(String, points: [String])
  /// Two points are a part and the whole of an interface, such as a VLAN and its parent.
  case nestedInterfaces([String], points: [String])
  case cannotCapture(Source, CaptureError)
  case cannotRead(Source, RecordError)
  /// Only what is captured live is kept.
  case cannotKeep(Source)
  /// A kept capture has no point of the source's name.
  case noSuchPoint(Source, points: [String])
  /// The points of kept captures were counted in different ways, and this option does not say how.
  case countedDifferently(option: String, points: [String])
}
