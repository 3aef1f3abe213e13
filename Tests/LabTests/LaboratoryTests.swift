import Lab
import LabTesting
import Testing

@Suite(.needsNamespaces)
struct LaboratoryTests {
  @Test func `the guest reaches the correspondent node through each server`() async throws {
    try await PrivateTestWorld.with { world in
      let laboratory = try await Laboratory.up(in: world)
      #expect(try await laboratory.deliver(50, awaiting: 50) == 50)
      for server in [Server.xen2, .xen1, .xen2, .xen1] {
        try await laboratory.move(to: server)
        try await laboratory.bind(to: server)
        #expect(try await laboratory.deliver(50, awaiting: 50) == 50)
      }
    }
  }

  @Test func `packets from a server that is not bound are dropped`() async throws {
    try await PrivateTestWorld.with { world in
      let laboratory = try await Laboratory.up(in: world)
      try await laboratory.move(to: .xen2)
      #expect(try await laboratory.deliver(20) == 0)
      try await laboratory.bind(to: .xen2)
      #expect(try await laboratory.deliver(20, awaiting: 20) == 20)
      try await laboratory.bind(to: .xen1)
      #expect(try await laboratory.deliver(20) == 0)
    }
  }

  @Test(.enabled("needs nft") { try await World.own.run(["nft", "--version"]).isEmpty == false })
  func `between server and home agent packets are IPv6 in IPv6 without any header more`()
    async throws
  {
    try await PrivateTestWorld.with { world in
      let laboratory = try await Laboratory.up(in: world)
      let rules = """
        table ip6 t {
          chain c {
            type filter hook forward priority 0;
            ip6 saddr 2001:db8:1::1 ip6 daddr 2001:db8:aa::1 ip6 nexthdr 41 counter
          }
        }
        """
      _ = try await world.run(["nft", "-f", "-"], in: "inet", input: rules)
      #expect(try await laboratory.deliver(30, awaiting: 30) == 30)
      let counted = try await world.run(["nft", "list", "table", "ip6", "t"], in: "inet")
      #expect(counted.contains("counter packets 30 "))
    }
  }

  @Test func `a network is found again as it stands`() async throws {
    try await PrivateTestWorld.with { world in
      let made = try await Laboratory.up(in: world)
      try await made.move(to: .xen2)
      let found = try await Laboratory.find(in: world)
      #expect(await found.location == .xen2)
      #expect(await found.bound == .xen1)
      #expect(found.tunnel == made.tunnel)
      try await found.bind(to: .xen2)
      #expect(try await made.deliver(5, awaiting: 5) == 5)
      #expect(await (try Laboratory.find(in: world)).bound == .xen2)
    }
  }

  @Test func `two networks stand side by side, and neither is made twice`() async throws {
    try await PrivateTestWorld.with { world in
      let first = try await Laboratory.up(Topology(name: "a"), in: world)
      let second = try await Laboratory.up(Topology(name: "b"), in: world)
      await #expect(throws: LabError.alreadyUp(namespaces: first.topology.namespaces)) {
        try await Laboratory.up(Topology(name: "a"), in: world)
      }
      try await second.move(to: .xen2)
      try await second.bind(to: .xen2)
      #expect(try await first.deliver(10, awaiting: 10) == 10)
      #expect(try await second.deliver(10, awaiting: 10) == 10)
      try await first.down()
      #expect(try await second.deliver(10, awaiting: 10) == 10)
      try await second.down()
      #expect(try await world.run(["ip", "netns", "list"]).isEmpty)
      #expect(try await world.run(["ip", "-o", "link"]).split(separator: "\n").count == 1)
    }
  }

  @Test func `a network that is half there is not up, and is removed`() async throws {
    try await PrivateTestWorld.with { world in
      _ = try await world.run(["ip", "netns", "add", "ha"])
      _ = try await world.run(["ip", "netns", "add", "other"])
      await #expect(throws: LabError.alreadyUp(namespaces: ["ha"])) {
        try await Laboratory.up(in: world)
      }
      await #expect(
        throws: LabError.notUp(namespaces: ["guest", "xen1", "xen2", "inet", "cn"])
      ) { try await Laboratory.find(in: world) }
      #expect(try await Laboratory.remove(Topology(), in: world) == ["ha"])
      #expect(try await world.run(["ip", "netns", "list"]) == "other\n")
    }
  }

  @Test func `the kernel's counters of every point can be read`() async throws {
    try await PrivateTestWorld.with { world in
      let laboratory = try await Laboratory.up(in: world)
      #expect(try await laboratory.deliver(40, awaiting: 40) == 40)
      for point in Topology().points where point.name.hasPrefix("xen1") || point.node == .ha {
        let counters = try await laboratory.counters(at: point)
        #expect(counters.receivedPackets + counters.sentPackets >= 40, "\(point.name)")
      }
      for point in Topology().points where point.name.hasPrefix("xen2") {
        let counters = try await laboratory.counters(at: point)
        #expect(counters.receivedPackets + counters.sentPackets < 40, "\(point.name)")
      }
    }
  }

  @Test func `a private world sees none of the host's interfaces`() async throws {
    try await PrivateTestWorld.with { world in
      let links = try await world.run(["ip", "-o", "link"])
      #expect(links.split(separator: "\n").count == 1)
      #expect(links.contains(": lo:"))
    }
  }
}
