import Observation
import Shuttle

/// Puts marks into all that runs here, and on other hosts.
struct ShuttleMarks {
  let hosts: [String]

  /// Returns once the mark is put down everywhere; a host that it cannot be put down on is told.
  func put(_ text: String) async {
    _ = MarkSocket.send(text)
    let failures = await withTaskGroup(of: String?.self) { group in
      for host in hosts {
        group.addTask {
          await RemoteMark.put(text, on: host).map { "no mark on \(host): \($0.message)" }
        }
      }
      return await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
    }
    for failure in failures { note(failure) }
  }
}
