import Streams
import Testing
import Wire

@testable import Observation

@Suite struct ProgramSourceTests {
  private func source(_ text: String) throws(SourceError) -> Source {
    try Source(parsing: text) { _ in .absent }
  }

  @Test func `a program has a name, and takes the rest of the text`() throws {
    let source = try source("xen1@anchor=exec:A=b cat x=y/z | sort")
    #expect(source.point == Point(name: "xen1", role: .anchor))
    #expect(source.kind == .program("A=b cat x=y/z | sort"))
    #expect(throws: SourceError.namelessProgram("exec:A=b cat")) { try self.source("exec:A=b cat") }
    #expect(throws: SourceError.badProgram("exec: ")) { try self.source("x=exec: ") }
  }

  @Test(arguments: [
    ("ssh:xen1:eth0", "xen1", "xen1", "eth0"),
    ("ha=ssh:root@gw.example.org:netns:a:eth0", "ha", "root@gw.example.org", "netns:a:eth0"),
    ("ssh:me@[fe80::1%eth0]:br0", "fe80::1%eth0", "me@fe80::1%eth0", "br0"),
    ("a=ssh:[2001:db8::1]:vif1.0", "a", "2001:db8::1", "vif1.0"),
  ])
  func `another host's interface`(text: String, name: String, host: String, interface: String)
    throws
  {
    let source = try source(text)
    #expect(source.point.name == name)
    #expect(source.kind == .remote(host: host, interface: interface))
  }

  @Test(arguments: [
    "ssh:", "ssh:host", "ssh::eth0", "ssh:host:", "ssh:-oProxyCommand=x:eth0", "ssh:[::1:eth0",
    "ssh:[::1]eth0", "ssh:a b:eth0", "ssh:host:eth 0", "ssh:a;b:eth0",
  ])
  func `what is none is told`(text: String) {
    #expect(throws: SourceError.badRemote(text)) { try self.source("x=" + text) }
  }

  @Test func `the other host's nemotop gets the same options, each one word`() {
    var options = ObservationOptions()
    options.filter = "udp and not host 'x'"
    options.remoteProgram = "sudo nemotop"
    let counting = CountingOptions(
      interval: .milliseconds(100), leftAfter: .seconds(1), gapOver: .milliseconds(50),
      decapsulation: .geneve)
    let line = RemoteLog.line(
      host: "xen1", interface: "eth0", point: Point(name: "a"), options: options,
      counting: counting)
    let inner =
      "sudo nemotop log a@external=eth0 --jsonl - --quiet --answer-clock --interval 100000000ns "
      + "--left-after 1000000000ns --gap-over 50000000ns --snaplen 256 --capture auto --decap geneve "
      + "--filter " + "udp and not host 'x'".shellQuoted
    #expect(line.hasPrefix("exec ssh -T -o BatchMode=yes "))
    #expect(line.hasSuffix(" -- xen1 " + inner.shellQuoted))
  }
}
