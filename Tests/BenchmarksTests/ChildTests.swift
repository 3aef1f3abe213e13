import Testing

@testable import Benchmarks

/// On the main thread, as programs die with the thread that started them.
@MainActor @Suite struct ChildTests {
  @Test func `A program is run to its end, with what it wrote and used`() throws {
    let run = try Child.run(["/bin/sh", "-c", "echo 12 packets; echo drops: 3, >&2; exit 7"])
    #expect(run.status == 7)
    #expect(run.output == "12 packets\n")
    #expect(run.number(after: "drops") == 3)
    #expect(run.number(after: "packets") == nil)
    #expect(run.seconds > 0)
    #expect(run.peakBytes > 100_000)
    #expect(!run.wasTooSlow)
  }

  @Test func `Processor time is that of the program`() throws {
    let run = try Child.run([
      "/bin/sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done",
    ])
    #expect(run.status == 0)
    #expect(run.processorSeconds > 0.005)
  }

  @Test func `A program that takes too long is ended, with those that it started`() throws {
    let run = try Child.run(["/bin/sh", "-c", "sleep 600; true"], atMost: .milliseconds(200))
    #expect(run.wasTooSlow)
    #expect(run.status == -9)
  }

  @Test func `A summary's numbers are found by what follows them`() {
    var run = Run()
    run.error = """
      xen1: 120 packets, 0 malformed, 4 dropped by the capture
      """
    #expect(run.number(before: "packets,") == 120)
    #expect(run.number(before: "dropped by the capture") == 4)
    #expect(run.number(before: "moves") == nil)
  }

  @Test func `A missing program cannot be started`() {
    #expect(throws: Failure("/nonexistent/x: No such file or directory")) {
      try Child.run(["/nonexistent/x"])
    }
  }
}

@Suite struct MachineTests {
  @Test(arguments: [
    ("iperf 3.12 (cJSON 1.7.15)", "3.12"), ("nfpcapd: Version: 1.7.1", "1.7.1"),
    ("This is softflowd version 1.1.0. Valid", "1.1.0"), ("Argus Version 3.0.8.2\n", "3.0.8.2"),
    ("libpcap version 1.10.3 (with TPACKET_V3)", "1.10.3"),
  ])
  func `Versions are found in what programs say`(text: String, version: String) {
    #expect(Program.version(in: text) == version)
  }

  @Test func `The machine is described in one paragraph`() {
    let machine = Machine(
      processor: "Example 9000", cores: 2, isVirtual: true, memoryBytes: 8 * 1_073_741_824,
      kernel: "6.1.0", programs: ["libpcap 1.10.3", "no argus"])
    #expect(
      machine.description
        == "Example 9000, 2 cores (a virtual machine), 8 GiB of memory, Linux 6.1.0; "
        + "libpcap 1.10.3, no argus.")
  }

  @Test func `A value is what follows its name`() {
    let text = "processor\t: 0\nmodel name\t: Example: 9000\nmodel name\t: Other\n"
    #expect(Machine.value(of: "model name", in: text) == "Example: 9000")
    #expect(Machine.value(of: "model", in: text) == nil)
  }
}
