import CLinux
import Foundation

/// A network namespace, by the path that it can be opened at.
package struct NetworkNamespace: Sendable, Hashable {
  package let path: String

  package init(path: String) {
    self.path = path
  }

  /// Puts the calling thread into the namespace, for good: sockets that it opens from then on belong
  /// there, whoever uses them later. Only for a thread of one's own.
  package func enter() throws(LabError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .noSuchNamespace(path: path, reason: reason(of: errno)) }
    defer { close(descriptor) }
    let result = network_namespace_enter(descriptor)
    guard result == 0 else { throw .noSuchNamespace(path: path, reason: reason(of: result)) }
  }

  /// Opens a port that takes datagrams and lets the kernel throw them away, so that nobody is told
  /// that the port is not there. Nothing reads them: what does not fit the buffer is dropped.
  package func openSink(port: UInt16) async throws(LabError) -> DatagramSink {
    let opened = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        do throws(LabError) {
          try enter()
          let sink = DatagramSink(descriptor: try bindDatagramSocket(port: port))
          continuation.resume(returning: Result<DatagramSink, LabError>.success(sink))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try opened.get()
  }

  /// Replaces this program by another one inside the namespace; it returns only by throwing.
  package func replaceProgram(by command: [String]) throws(LabError) -> Never {
    try enter()
    try startInstead(command)
  }

  /// Runs a closure on a new thread inside the namespace.
  package func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            try enter()
            return try body()
          })
      }
    }
  }
}

/// A bound socket that nobody reads, open as long as somebody holds it.
package final class DatagramSink: Sendable {
  private let descriptor: Int32

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }
}
