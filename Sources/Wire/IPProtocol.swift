/// What follows an IP header: a number of IANA's registry of protocols and IPv6 extension headers.
package struct IPProtocol: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  package static var hopByHopOptions: IPProtocol { IPProtocol(rawValue: 0) }
  package static var ipv4: IPProtocol { IPProtocol(rawValue: 4) }
  package static var tcp: IPProtocol { IPProtocol(rawValue: 6) }
  package static var udp: IPProtocol { IPProtocol(rawValue: 17) }
  package static var ipv6: IPProtocol { IPProtocol(rawValue: 41) }
  package static var routingHeader: IPProtocol { IPProtocol(rawValue: 43) }
  package static var fragmentHeader: IPProtocol { IPProtocol(rawValue: 44) }
  package static var gre: IPProtocol { IPProtocol(rawValue: 47) }
  package static var encapsulatingSecurityPayload: IPProtocol { IPProtocol(rawValue: 50) }
  package static var authenticationHeader: IPProtocol { IPProtocol(rawValue: 51) }
  package static var icmp6: IPProtocol { IPProtocol(rawValue: 58) }
  package static var noNextHeader: IPProtocol { IPProtocol(rawValue: 59) }
  package static var destinationOptions: IPProtocol { IPProtocol(rawValue: 60) }
  package static var mobilityHeader: IPProtocol { IPProtocol(rawValue: 135) }
  package static var hostIdentity: IPProtocol { IPProtocol(rawValue: 139) }
  package static var shim6: IPProtocol { IPProtocol(rawValue: 140) }
}
