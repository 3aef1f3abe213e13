import Glibc
import Testing

@testable import Generator

struct SenderReportTests {
  @Test func `a summary tells packets, bytes, time and the rate that was reached`() {
    var report = SenderReport()
    report.packets = 5000
    report.bytes = 5_000_000
    report.duration = .seconds(10)
    #expect(
      report.summary == "sent 5000 packets, 5000000 bytes in 10.000 s: 500.0 packets/s, 4.00 Mbit/s"
    )
  }

  @Test func `a summary tells what went wrong`() {
    var report = SenderReport()
    report.refused = 3
    report.unsent = 2
    report.networkErrors = 4
    report.lastNetworkError = "No route to host"
    report.pauses = 1
    report.paused = .microseconds(1_002_300)
    #expect(
      report.summary.hasSuffix(
        "; the kernel refused 3 (a queue was full); 2 had no way"
          + "; network errors 4 (last: No route to host); late once, 1002.3 ms not made up for"))
  }

  @Test func `a part of a run is what came since`() {
    var earlier = SenderReport()
    earlier.packets = 10
    earlier.duration = .seconds(1)
    var later = earlier
    later.packets = 25
    later.refused = 1
    later.duration = .seconds(3)
    var part = SenderReport()
    part.packets = 15
    part.refused = 1
    part.duration = .seconds(2)
    #expect(later.since(earlier) == part)
  }

  @Test(arguments: [
    (EINTR, SendFailure.interrupted), (ENOBUFS, .refused), (EAGAIN, .refused), (ENOMEM, .refused),
    (EMSGSIZE, .tooLarge), (ECONNREFUSED, .network), (EHOSTUNREACH, .network),
    (ENETUNREACH, .network), (ENETDOWN, .network), (EPERM, .network), (EADDRNOTAVAIL, .network),
  ])
  func `a full queue is a refusal and a fault of the network is none`(
    code: Int32, failure: SendFailure
  ) {
    #expect(SendFailure(code) == failure)
  }
}
