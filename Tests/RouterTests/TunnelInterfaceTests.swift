import Testing
import Wire

@testable import Router

/// What the kernel is asked about tunnels, byte for byte.
struct TunnelInterfaceTests {
  /// What iproute2 6.1 sent, seen by strace, for `ip link add nemotop-tun type ip6tnl mode ip6ip6 local
  /// 2001:db8:1::1 remote 2001:db8:aa::1 encaplimit none hoplimit 64 tclass inherit flowlabel inherit`: the payload
  /// of its IFLA_INFO_DATA.
  private static let data: [UInt8] = [
    0x05, 0x00, 0x09, 0x00, 0x29, 0x00, 0x00, 0x00,
    0x14, 0x00, 0x02, 0x00,
    0x20, 0x01, 0x0d, 0xb8, 0x00, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
    0x14, 0x00, 0x03, 0x00,
    0x20, 0x01, 0x0d, 0xb8, 0x00, 0xaa, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
    0x05, 0x00, 0x04, 0x00, 0x40, 0x00, 0x00, 0x00,
    0x05, 0x00, 0x06, 0x00, 0x04, 0x00, 0x00, 0x00,
    0x08, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x08, 0x00, 0x08, 0x00, 0x07, 0x00, 0x00, 0x00,
    0x08, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x08, 0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x06, 0x00, 0x0f, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x06, 0x00, 0x10, 0x00, 0x02, 0x00, 0x00, 0x00,
    0x06, 0x00, 0x11, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x06, 0x00, 0x12, 0x00, 0x00, 0x00, 0x00, 0x00,
  ]

  private func tunnel() throws -> TunnelInterface {
    TunnelInterface(
      name: "nemotop-tun", near: try #require(IPAddress("2001:db8:1::1")),
      far: try #require(IPAddress("2001:db8:aa::1")))
  }

  @Test func `a tunnel is asked for`() throws {
    // Length 132, RTM_NEWLINK, NLM_F_REQUEST | ACK | EXCL | CREATE, number 7, port 0; struct ifinfomsg.
    let head: [UInt8] =
      [132, 0, 0, 0, 16, 0, 0x05, 0x06, 7, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 16)
    // IFLA_IFNAME; IFLA_LINKINFO, nested; in it IFLA_INFO_KIND and, nested, IFLA_INFO_DATA.
    let name: [UInt8] = [16, 0, 3, 0] + Array("nemotop-tun".utf8) + [0]
    let kind: [UInt8] = [10, 0, 1, 0] + Array("ip6tnl".utf8) + [0, 0]
    let data =
      Self.data[0..<56] + [0x08, 0x00, 0x08, 0x00, 0x07, 0x00, 0x00, 0x00]
    let bytes = head + name + [84, 0, 18, 0x80] + kind + [68, 0, 2, 0x80] + data
    #expect(try tunnel().creation.serialized(sequence: 7) == bytes)
  }

  @Test
  func
    `what is asked for is what iproute2 asks for, and what that adds is the kernel's own choice`()
    throws
  {
    let body = try tunnel().creation.body
    let information = try #require(NetlinkAnswer.attribute(18, in: body[16...]))
    let own = try #require(NetlinkAnswer.attribute(2, in: information))
    for type: UInt16 in [2, 3, 4, 8, 9] {
      let theirs = try #require(NetlinkAnswer.attribute(type, in: Self.data[...]))
      #expect(NetlinkAnswer.attribute(type, in: own).map(Array.init) == Array(theirs))
    }
    // IFLA_IPTUN_LINK, _FLOWINFO, _ENCAP_TYPE, _ENCAP_SPORT, _ENCAP_DPORT and _FWMARK: nothing.
    for type: UInt16 in [1, 7, 15, 17, 18, 20] {
      let theirs = try #require(NetlinkAnswer.attribute(type, in: Self.data[...]))
      #expect(theirs.allSatisfy { $0 == 0 })
      #expect(NetlinkAnswer.attribute(type, in: own) == nil)
    }
  }

  @Test func `a link is found, brought up and removed`() {
    // RTM_GETLINK by IFLA_IFNAME.
    #expect(
      Link.inquiry(name: "t").serialized(sequence: 1) == [
        40, 0, 0, 0, 18, 0, 0x05, 0, 1, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 3, 0, 0x74, 0, 0, 0,
      ])
    // RTM_NEWLINK with IFF_UP, and RTM_DELLINK.
    let index: [UInt8] = [0, 0, 0, 0, 9, 1, 0, 0]
    #expect(Link(index: 265).up.body == index + [1, 0, 0, 0, 1, 0, 0, 0])
    #expect(Link(index: 265).removal.type == 17)
    #expect(Link(index: 265).removal.body == index + [0, 0, 0, 0, 0, 0, 0, 0])
    // IFLA_AF_SPEC, AF_INET6, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE.
    #expect(
      Link(index: 265).withoutAddresses.body == index + [
        0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 26, 0x80, 12, 0, 10, 0x80, 5, 0, 8, 0, 1, 0, 0, 0,
      ])
  }
}
