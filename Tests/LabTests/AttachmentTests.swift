import LabTesting
import Testing

@testable import Lab

/// The ways to attach a guest, found again from the namespaces alone.
struct AttachmentTests {
  @Test(arguments: [
    ("via 2001:db8:aa::1 dev ha metric 1024 pref medium\n", Lab.Attachment.nemo),
    ("via 2001:db8:1::1 dev xen1 metric 1024 pref medium\n", .routed),
    ("dev lan metric 1024 pref medium\n", .bridged), ("", .nat),
    // A server's other address, and another bridge.
    ("via 2001:db8:1::11 dev lana metric 1024\n", .nat),
  ])
  func `the router's route tells the attachment`(route: String, attachment: Lab.Attachment) {
    #expect(Lab.Attachment(routerRoute: route) == attachment)
  }

  @Test(.needsNamespaces, arguments: Lab.Attachment.allCases)
  func `a network is found again with what it was made with`(
    attachment: Lab.Attachment
  ) async throws {
    try await PrivateTestWorld.with { world in
      let made = try await Laboratory.up(in: world, attachment: attachment)
      let found = try await Laboratory.find(in: world)
      #expect(found.attachment == attachment)
      #expect(found.tunnel == made.tunnel)
      #expect((found.tunnel == nil) == (attachment != .nemo))
      #expect(await found.bound == made.bound)
      #expect(await found.location == .xen1)
      try await found.move(to: .xen2)
      #expect(await (try Laboratory.find(in: world)).location == .xen2)
    }
  }

  @Test(.needsNamespaces, arguments: Lab.Attachment.allCases)
  func `what a move does is the attachment's, also where the network was found`(
    attachment: Lab.Attachment
  ) async throws {
    try await PrivateTestWorld.with { world in
      _ = try await Laboratory.up(in: world, attachment: attachment)
      let laboratory = try await Laboratory.find(in: world)
      #expect(try await laboratory.deliver(50, awaiting: 50) == 50)
      for (server, isServed) in [(Server.xen2, attachment != .routed), (.xen1, true)] {
        try await laboratory.move(to: server)
        try await laboratory.bind(to: server)
        let expected = isServed ? 50 : 0
        #expect(try await laboratory.deliver(50, awaiting: expected) == expected, "\(server)")
      }
    }
  }

  @Test(.needsNamespaces) func `a network that daemons are to serve has no fixed tunnel`()
    async throws
  {
    try await PrivateTestWorld.with { world in
      _ = try await Laboratory.up(in: world, isTunnelled: false)
      let found = try await Laboratory.find(in: world)
      #expect(found.attachment == .nemo)
      #expect(found.tunnel == nil)
      #expect(await found.bound == nil)
    }
  }
}
