import Foundation
import Lab

/// The program that sends in the guest, and what it says.
struct Sender {
  let process: ChildProcess
  private let said: Task<String, Never>

  static func start(
    _ command: [String], in namespace: NetworkNamespace
  ) async throws(LabError) -> Sender {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    let process = try await ChildProcess.start(
      command, in: namespace, output: descriptor, error: descriptor)
    try? pipe.fileHandleForWriting.close()
    let reading = pipe.fileHandleForReading
    let said = Task { await Self.lastWords(from: reading) }
    return Sender(process: process, said: said)
  }

  /// Asks the program to end, makes it after two seconds, and gives what it said last.
  func end() async -> String {
    process.interrupt()
    let limit = Task { [process] in
      try await Task.sleep(for: .seconds(2))
      process.terminate()
    }
    _ = await process.wait()
    limit.cancel()
    return await said.value
  }

  /// Reads to the end, so that the program is never held up, and keeps the last line.
  private static func lastWords(from file: FileHandle) async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var kept = Data()
        while true {
          let more = file.availableData
          if more.isEmpty { break }
          kept = (kept + more).suffix(4096)
        }
        let lines = String(decoding: kept, as: UTF8.self).split(separator: "\n")
        continuation.resume(returning: lines.last.map(String.init) ?? "")
      }
    }
  }
}
