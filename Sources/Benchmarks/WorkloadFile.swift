import Glibc
import Wire

extension Workload {
  /// Writes the workload as a capture file (pcap with nanoseconds).
  func write(to path: String) throws(Failure) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Failure("cannot write \(path): \(reason(errno))") }
    defer { close(file) }
    try write(fileHeader, to: file, path)
    let batch = 4096
    var records = WorkloadRecords(self, batch: batch)
    var count = 0
    var packet = 0
    for round in 0... {
      for flow in FlowOrder(count: flows, seed: seed, round: round) {
        records.fill(count, packet: packet, flow: flow, number: number(round: round, flow: flow))
        count += 1
        packet += 1
        guard count == batch || packet == packets else { continue }
        try write(records.bytes[..<(count * (16 + frameBytes))], to: file, path)
        count = 0
        if packet == packets { return }
      }
    }
  }

  /// In the byte order of most machines, as most captures are.
  private var fileHeader: ArraySlice<UInt8> {
    var bytes: [UInt8] = []
    for word: UInt32 in [
      0xa1b2_3c4d, 0x0004_0002, 0, 0, 262_144, UInt32(LinkType.ethernet.rawValue),
    ] {
      bytes.append(bigEndian: word.byteSwapped)
    }
    return bytes[...]
  }

  private func write(
    _ bytes: ArraySlice<UInt8>, to file: Int32, _ path: String
  ) throws(Failure) {
    var rest = bytes
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(file, bytes.baseAddress, bytes.count)
      }
      guard written >= 0 || errno == EINTR else {
        throw Failure("cannot write \(path): \(reason(errno)); smaller inputs: --packets 1M")
      }
      rest = rest.dropFirst(max(written, 0))
    }
  }
}
