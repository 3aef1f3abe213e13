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

  @Test func `a summary tells of super-packets, and why there are no more`() {
    var report = SenderReport()
    report.packets = 640
    report.superPackets = 10
    report.offloadRefusal = "Input/output error"
    #expect(
      report.summary.hasSuffix(", in 10 super-packets; no offload (Input/output error)"))
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
          + "; network errors 4 (last: No route to host); stood still once, for 1002.3 ms"))
  }

  @Test func `a part of a run is what came since`() {
    var earlier = SenderReport()
    earlier.packets = 10
    earlier.superPackets = 1
    earlier.duration = .seconds(1)
    var later = earlier
    later.packets = 25
    later.superPackets = 3
    later.refused = 1
    later.duration = .seconds(3)
    var part = SenderReport()
    part.packets = 15
    part.superPackets = 2
    part.refused = 1
    part.duration = .seconds(2)
    #expect(later.since(earlier) == part)
  }

  @Test(arguments: [
    (EINTR, SendFailure.interrupted), (ENOBUFS, .refused), (EAGAIN, .full), (ENOMEM, .refused),
    (EMSGSIZE, .tooLarge), (EIO, .network), (EINVAL, .network), (ECONNREFUSED, .network),
    (EHOSTUNREACH, .network),
    (ENETUNREACH, .network), (ENETDOWN, .network), (EPERM, .network), (EADDRNOTAVAIL, .network),
  ])
  func `a full queue is a refusal and a fault of the network is none`(
    code: Int32, failure: SendFailure
  ) {
    #expect(SendFailure(code, ofSuperPacket: false) == failure)
  }

  @Test(arguments: [
    (EIO, SendFailure.uncut), (EINVAL, .uncut), (EMSGSIZE, .tooLarge), (ENOBUFS, .refused),
    (EAGAIN, .full),
    (EINTR, .interrupted), (EPERM, .network),
  ])
  func `a super-packet that cannot be cut is no fault of the network`(
    code: Int32, failure: SendFailure
  ) {
    #expect(SendFailure(code, ofSuperPacket: true) == failure)
  }
}
