/// A Binding Update or a Binding Acknowledgement (RFC 6275 sections 6.1.7 and 6.1.8, with the flags
/// and options of RFC 3963), as it stood on the wire.
package struct BindingMessage: Hashable, Sendable {
  package enum Kind: UInt8, Sendable {
    /// Mobility Header type 5.
    case update = 5
    /// Mobility Header type 6.
    case acknowledgement = 6
  }

  /// A Mobile Network Prefix option (RFC 3963 section 4.3).
  package struct Prefix: Hashable, Sendable, CustomStringConvertible {
    package var address: IPAddress
    package var length: UInt8

    package init(address: IPAddress, length: UInt8) {
      self.address = address
      self.length = length
    }

    package var description: String { "\(address)/\(length)" }
  }

  /// A mobility message authentication option (RFC 4285 section 5).
  package struct Authentication: Hashable, Sendable {
    /// Who shares the key: 1 the mobile node and the home agent, 2 the mobile node and its AAA server.
    package var subtype: UInt8
    /// The mobility SPI, which names the key.
    package var index: UInt32
    package var authenticator: [UInt8]
    /// The message up to and including the SPI, with a checksum of 0: what the authenticator covers
    /// beside the addresses. Found where the message is parsed; nothing says it again when serialized.
    package var covered: [UInt8]

    /// First(96, HMAC-SHA1(…)), in bytes.
    package static let length = 12

    package init(
      subtype: UInt8 = 1, index: UInt32,
      authenticator: [UInt8] = [UInt8](repeating: 0, count: length), covered: [UInt8] = []
    ) {
      self.subtype = subtype
      self.index = index
      self.authenticator = authenticator
      self.covered = covered
    }
  }

  /// Flags of an Update (RFC 6275 section 6.1.7, RFC 3963 section 4.1).
  package enum UpdateFlag {
    /// A: an Acknowledgement is asked for.
    package static let acknowledge: UInt16 = 0x8000
    /// H: the receiver is to be the home agent.
    package static let homeRegistration: UInt16 = 0x4000
    /// R: the sender is a mobile router.
    package static let mobileRouter: UInt16 = 0x0400
  }

  /// Flags of an Acknowledgement (RFC 6275 section 6.1.8, RFC 3963 section 4.2).
  package enum AcknowledgementFlag {
    /// R: the home agent serves the sender as a mobile router.
    package static let mobileRouter: UInt16 = 0x40
  }

  package var kind: Kind
  /// Addresses of the IPv6 header that carried it.
  package var source: IPAddress
  package var destination: IPAddress
  package var sequence: UInt16
  /// Of an Update the flag bits as they stand: A 0x8000, H 0x4000, L 0x2000, K 0x1000, M 0x0800,
  /// R 0x0400, P 0x0200, F 0x0100. Of an Acknowledgement: K 0x80, R 0x40, P 0x20.
  package var flags: UInt16
  /// In units of 4 s, as it stands on the wire; 0 deletes the binding.
  package var lifetime: UInt16
  /// Of an Acknowledgement only.
  package var status: UInt8?
  /// From the Home Address option or the type 2 routing header.
  package var homeAddress: IPAddress?
  package var alternateCareOfAddress: IPAddress?
  package var prefixes: [Prefix]
  /// The timestamp of the replay protection option (RFC 4285 section 6), in the format of NTP: 32 bits
  /// of seconds since 1900 and 32 of their fraction.
  package var messageIdentifier: UInt64?
  package var authentication: Authentication?
  /// Whether the checksum is right; nil where the message was not captured whole.
  package var checksumIsRight: Bool?

  package init(
    kind: Kind, source: IPAddress, destination: IPAddress, sequence: UInt16, flags: UInt16 = 0,
    lifetime: UInt16 = 0, status: UInt8? = nil, homeAddress: IPAddress? = nil,
    alternateCareOfAddress: IPAddress? = nil, prefixes: [Prefix] = [],
    messageIdentifier: UInt64? = nil, authentication: Authentication? = nil,
    checksumIsRight: Bool? = nil
  ) {
    self.kind = kind
    self.source = source
    self.destination = destination
    self.sequence = sequence
    self.flags = flags
    self.lifetime = lifetime
    self.status = status
    self.homeAddress = homeAddress
    self.alternateCareOfAddress = alternateCareOfAddress
    self.prefixes = prefixes
    self.messageIdentifier = messageIdentifier
    self.authentication = authentication
    self.checksumIsRight = checksumIsRight
  }

  /// The care-of address that it registers or acknowledges.
  package var careOfAddress: IPAddress {
    switch kind {
    case .update: alternateCareOfAddress ?? source
    case .acknowledgement: destination
    }
  }
}
