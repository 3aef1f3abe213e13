import Testing

@testable import Experiment

struct GuestConsoleTests {
  @Test(arguments: [
    ("nemotop: ready", GuestConsole.Line.ready), ("nemotop: ended", .ended),
    ("nemotop: said sent 3 packets", .said("sent 3 packets")), ("nemotop: said", .said("")),
    ("nemotop: failed loading virtio.ko: bad", .failed("loading virtio.ko: bad")),
    ("nemotop: done 139", .done(139)), ("nemotop: done", .other("nemotop: done")),
    ("nemotop: done x", .other("nemotop: done x")), ("[ 1.0] reboot", .other("[ 1.0] reboot")),
    ("", .other("")), ("nemotop: ", .other("nemotop: ")),
    ("nemotop: more", .other("nemotop: more")),
  ])
  func `lines are what the first programs of machines write`(
    text: String, line: GuestConsole.Line
  ) {
    #expect(GuestConsole.Line(text) == line)
  }

  @Test func `a shell that is not there, or ends, says so`() async throws {
    let shell = HostShell(of: "xen1")
    await #expect(throws: (any Error).self) { try await shell.run("xl list") }
    #expect(try await shell.checkReadiness() == false)
    await shell.take(.ready)
    #expect(try await shell.checkReadiness())
    await shell.take(.failed("xen-init-dom0"))
    await #expect(throws: (any Error).self) { try await shell.checkReadiness() }
  }
}
