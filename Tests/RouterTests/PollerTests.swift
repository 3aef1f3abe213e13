import Foundation
import Testing

@testable import Router

struct PollerTests {
  @Test func `those that have something are told, and no others`() throws {
    let poller = try Poller()
    let pipes = (0..<3).map { _ in Pipe() }
    let ends = pipes.map(\.fileHandleForReading.fileDescriptor)
    #expect(poller.wait(for: ends, timeout: .zero).isEmpty)
    pipes[2].fileHandleForWriting.write(Data([1]))
    #expect(poller.wait(for: ends, timeout: nil) == [ends[2]])
    // The other end's end is something to be read as well.
    try pipes[0].fileHandleForWriting.close()
    #expect(poller.wait(for: ends, timeout: nil) == [ends[0], ends[2]])
  }

  @Test func `a wait ends in time, to the fraction of a millisecond`() throws {
    let poller = try Poller()
    let start = ContinuousClock.now
    #expect(poller.wait(for: [], timeout: .microseconds(300)).isEmpty)
    #expect(ContinuousClock.now - start >= .microseconds(300))
  }

  @Test func `another thread ends the wait, also one that has not begun`() async throws {
    let poller = try Poller()
    poller.wake()
    poller.wake()
    #expect(poller.wait(for: [], timeout: nil).isEmpty)
    // Both were taken.
    let start = ContinuousClock.now
    poller.wait(for: [], timeout: .milliseconds(20))
    #expect(ContinuousClock.now - start >= .milliseconds(20))
    let pipe = Pipe()
    let waking = Task.detached {
      try await Task.sleep(for: .milliseconds(20))
      poller.wake()
    }
    #expect(poller.wait(for: [pipe.fileHandleForReading.fileDescriptor], timeout: nil).isEmpty)
    try await waking.value
  }
}
