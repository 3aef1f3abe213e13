import Foundation

/// A folder in memory for inputs, removed with its last user, or when the program is interrupted.
final class WorkFolder {
  let path: String
  private let interruptions: [any DispatchSourceSignal]

  init() throws(Failure) {
    let path = "/dev/shm/nemotop-benchmarks-\(getpid())"
    guard unsafe mkdir(path, 0o700) == 0 else {
      throw Failure("cannot make \(path): \(reason(errno))")
    }
    self.path = path
    interruptions = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        try? FileManager.default.removeItem(atPath: path)
        exit(128 + number)
      }
      source.activate()
      return source
    }
  }

  deinit {
    for source in interruptions { source.cancel() }
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a workload into a file of this name.
  ///
  /// - Returns: the file's path.
  func write(_ workload: Workload, to name: String) throws(Failure) -> String {
    let room = (try? FileManager.default.attributesOfFileSystem(forPath: path))?[.systemFreeSize]
    if let room = room as? Int, room < workload.byteCount {
      throw Failure(
        "no room in /dev/shm for \(workload.byteCount >> 20) MiB: smaller inputs with --packets 1M")
    }
    let file = path + "/" + name
    try workload.write(to: file)
    return file
  }

  func remove(_ name: String) {
    try? FileManager.default.removeItem(atPath: path + "/" + name)
  }

  /// An empty folder for what a peer writes.
  func folder(_ name: String) -> String {
    let folder = path + "/" + name
    unsafe mkdir(folder, 0o700)
    return folder
  }
}
