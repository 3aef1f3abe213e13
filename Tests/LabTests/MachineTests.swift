import Testing

@testable import Lab

/// What QEMU is told of machines.
struct MachineTests {
  private let image = XenImage(hypervisor: "/c/xen", kernel: "/c/vmlinux", fileSystem: "/c/fs")

  @Test func `a Xen host gets its guest's sender with its kernel's line`() throws {
    let host = XenHost(
      image: image, kind: .xen, server: .xen2, link: "/run/x/link",
      sending: ["--rate", "100", "[2001:db8:cc::1]:5004"])
    let arguments = host.arguments
    let modules = try #require(arguments.firstIndex(of: "-initrd").map { arguments[$0 + 1] })
    // QEMU takes two commas for one, and one for the end of a module.
    #expect(modules.hasPrefix("/c/vmlinux "))
    #expect(modules.hasSuffix("guest_send=--rate,,100,,[2001:db8:cc::1]:5004,/c/fs"))
    #expect(modules.contains(" host_number=2 guest_type=pvh "))
    #expect(modules.contains(" guest_address=2001:db8:42::10/64 "))
    #expect(arguments.contains("stream,id=hosts,server=off,addr.type=unix,addr.path=/run/x/link"))
  }

  @Test func `only a server with a machine has a TAP for it, and there is no guest's namespace`() {
    for guest in [GuestKind.qemu, .xen, .xenSaved] {
      let topology = Topology(guest: guest)
      #expect(topology.nodes == [.xen1, .xen2, .inet, .ha, .cn])
      #expect(topology.points.map(\.name) == ["xen1.vif", "xen1", "xen2.vif", "xen2", "ha", "cn"])
    }
    #expect(Topology().points.count == 7)
  }
}
