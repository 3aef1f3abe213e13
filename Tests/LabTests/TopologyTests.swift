import Testing

@testable import Lab

struct TopologyTests {
  @Test func `every namespace is made before the links that need it`() {
    let lines = Topology(name: "mine").creation()
    #expect(
      lines.prefix(6) == [
        "netns add mine-guest", "netns add mine-xen1", "netns add mine-xen2",
        "netns add mine-inet", "netns add mine-ha", "netns add mine-cn",
      ])
    #expect(lines.dropFirst(6).allSatisfy { $0.hasPrefix("link add eth0 index ") })
    #expect(lines.count == 11)
  }

  @Test func `no two interfaces share a number, since pairs that do come up late`() {
    let numbers = Topology().creation().flatMap { line in
      line.split(separator: " ").split(separator: "index").dropFirst().map { $0.first }
    }
    #expect(numbers.count == 10)
    #expect(Set(numbers).count == 10)
  }

  @Test func `both servers look the same to the guest`() {
    for server in Server.allCases {
      let lines = Topology().lines(of: server.node, tunnel: .seg6, bound: .xen1)
      #expect(lines.contains("addr add fe80::1/64 dev br0 nodad"))
      #expect(lines.contains("link add br0 address 02:00:00:00:00:01 type bridge mcast_snooping 0"))
    }
  }

  @Test func `a binding is switched without a time in which neither server is admitted`() {
    #expect(
      Tunnel.seg6.bindingLines(from: .xen1, to: .xen2) == [
        "rule add pref 5 from 2001:db8:2::1 to 2001:db8:aa::1 ipproto 41 lookup 100",
        "route replace 2001:db8:42::/64 encap seg6 mode encap.red segs 2001:db8:2::1 dev eth0",
        "rule del pref 4",
      ])
    #expect(
      Tunnel.ip6tnl.bindingLines(from: .xen2, to: .xen1) == [
        "tunnel change tnl0 mode ip6ip6 local 2001:db8:aa::1 remote 2001:db8:1::1 encaplimit none",
        "rule add pref 4 from 2001:db8:1::1 to 2001:db8:aa::1 ipproto 41 lookup local",
        "route replace 2001:db8:42::/64 dev tnl0",
        "rule del pref 5",
      ])
  }

  @Test(arguments: Tunnel.allCases)
  func `each end refuses tunnelled packets of everybody else`(tunnel: Tunnel) {
    for node in [Node.xen1, .xen2, .ha] {
      let rules = Topology().lines(of: node, tunnel: tunnel, bound: .xen1)
        .filter { $0.contains("ipproto 41") }
      #expect(rules.count == 2)
      #expect(rules.first?.hasPrefix("rule add pref 4 from ") == true)
      #expect(rules.last?.hasSuffix("ipproto 41 blackhole") == true)
    }
  }

  @Test func `the seven points stand on the stream's way`() {
    #expect(
      Topology().points.map(\.name) == [
        "guest", "xen1.vif", "xen1", "xen2.vif", "xen2", "ha", "cn",
      ])
  }
}

struct CommandErrorTests {
  @Test func `of a batch the line that failed is named`() {
    let error = World.failure(
      of: "ip -batch -", saying: "RTNETLINK answers: File exists\nCommand failed -:2\n",
      input: "link set lo up\naddr add ::1 dev lo\n")
    #expect(
      error
        == .commandFailed(
          command: "ip addr add ::1 dev lo", reason: "RTNETLINK answers: File exists"))
  }

  @Test(arguments: ["Operation not permitted", "Permission denied", "Read-only file system"])
  func `a refusal is told apart`(words: String) {
    #expect(
      World.failure(of: "ip netns add a", saying: "mkdir failed: \(words)\n", input: "")
        == .noPermission(command: "ip netns add a", reason: "mkdir failed: \(words)"))
  }

  @Test func `a command that is not installed is named`() async {
    await #expect(throws: LabError.missingProgram("no-such-program")) {
      try await World.own.run(["no-such-program"])
    }
    // So it is in a namespace, where another command looks for it.
    let words = "nsenter: failed to execute nft: No such file or directory\n"
    #expect(
      World.failure(of: "nft -f -", saying: words, input: "") == .missingProgram("nft"))
    await #expect(throws: LabError.missingProgram("no-such-program")) {
      try await World.own.run(["nsenter", "--", "no-such-program"])
    }
  }

  @Test func `a command that fails tells what it wrote`() async {
    await #expect(
      throws: LabError.commandFailed(command: "sh -c echo no >&2; exit 1", reason: "no")
    ) { try await World.own.run(["sh", "-c", "echo no >&2; exit 1"]) }
  }
}

struct InterfaceCountersTests {
  let text = """
    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop
        lo:     140       2    0    0    0     0          0         0      140       2    0    0    0     0       0          0
      eth0: 9988776     654    0    0    0     0          0         0   112233     321    0    0    0     0       0          0
    """

  @Test func `packets and bytes of one interface are read`() throws {
    let counters = try #require(InterfaceCounters(interface: "eth0", in: text))
    #expect(counters.receivedBytes == 9_988_776)
    #expect(counters.receivedPackets == 654)
    #expect(counters.sentBytes == 112_233)
    #expect(counters.sentPackets == 321)
  }

  @Test(arguments: ["eth", "eth00", "face", ""])
  func `an interface that is not there has none`(name: String) {
    #expect(InterfaceCounters(interface: name, in: text) == nil)
  }
}
