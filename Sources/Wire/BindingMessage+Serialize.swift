extension BindingMessage {
  /// Appends the message as a whole IPv6 packet, with its checksum.
  ///
  /// An Update: IPv6 / Destination Options with the Home Address / Mobility Header (RFC 6275 sections
  /// 6.3 and 6.1.7). An Acknowledgement: IPv6 / type 2 routing header / Mobility Header (sections 6.4
  /// and 6.1.8). Options follow in the order Mobile Network Prefix, Alternate Care-of Address, replay
  /// protection, authentication, which must be the last (RFC 4285 section 5).
  ///
  /// ```
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// | payload proto | header length |    type       |   reserved    |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |           checksum            | sequence, or status and flags |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |      flags, or sequence       |           lifetime            |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  ///
  /// - Precondition: The addresses are IPv6, and the options fit into one Mobility Header.
  package func serialize(into bytes: inout [UInt8]) {
    var message = mobilityHeader
    let homeHeader = homeAddressHeader
    let sum = checksum(of: message)
    message[4] = UInt8(sum >> 8)
    message[5] = UInt8(sum & 0xff)
    let next: IPProtocol =
      switch kind {
      case _ where homeAddress == nil: .mobilityHeader
      case .update: .destinationOptions
      case .acknowledgement: .routingHeader
      }
    IPv6Header(
      payloadLength: UInt16(homeHeader.count + message.count), nextHeader: next, source: source,
      destination: destination
    ).serialize(into: &bytes)
    bytes += homeHeader
    bytes += message
  }

  /// The extension header that carries the Home Address; empty without one.
  private var homeAddressHeader: [UInt8] {
    guard let homeAddress else { return [] }
    var header: [UInt8]
    switch kind {
    case .update:
      // PadN first: the Home Address option stands at 8n + 6.
      header = [IPProtocol.mobilityHeader.rawValue, 2, 1, 2, 0, 0, 0xc9, 16]
    case .acknowledgement:
      header = [IPProtocol.mobilityHeader.rawValue, 2, 2, 1, 0, 0, 0, 0]
    }
    header.append(homeAddress)
    return header
  }

  /// The Mobility Header with a checksum of 0.
  private var mobilityHeader: [UInt8] {
    var header = coveredHeader
    if let authentication { header += authentication.authenticator }
    Self.pad(&header, to: 0)
    header[1] = UInt8(header.count / 8 - 1)
    return header
  }

  /// The Mobility Header up to and including the SPI where there is an authentication option, else
  /// without what fills it up. Its length field is that of the whole.
  private var coveredHeader: [UInt8] {
    var header: [UInt8] = [IPProtocol.noNextHeader.rawValue, 0, kind.rawValue, 0, 0, 0]
    switch kind {
    case .update:
      header.append(bigEndian: sequence)
      header.append(bigEndian: flags)
    case .acknowledgement:
      header.append(status ?? 0)
      header.append(UInt8(truncatingIfNeeded: flags))
      header.append(bigEndian: sequence)
    }
    header.append(bigEndian: lifetime)
    for prefix in prefixes {
      Self.pad(&header, to: 4)
      header += [6, 18, 0, prefix.length]
      header.append(prefix.address)
    }
    if let alternateCareOfAddress {
      Self.pad(&header, to: 6)
      header += [3, 16]
      header.append(alternateCareOfAddress)
    }
    if let messageIdentifier {
      Self.pad(&header, to: 2)
      header += [10, 8]
      header.append(bigEndian: messageIdentifier)
    }
    if let authentication {
      Self.pad(&header, to: 1, modulo: 4)
      header += [9, UInt8(5 + authentication.authenticator.count), authentication.subtype]
      header.append(bigEndian: authentication.index)
      header[1] = UInt8((header.count + authentication.authenticator.count + 7) / 8 - 1)
    }
    return header
  }

  /// What an authenticator of the message covers: the care-of address, the home address, and the message
  /// up to and including the SPI, with a checksum of 0 (RFC 4285 section 5.1).
  ///
  /// Of a message that was received, the bytes that came. Nil without an authentication option.
  package var authenticatedData: [UInt8]? {
    guard let authentication else { return nil }
    var data: [UInt8] = []
    data.append(careOfAddress)
    data.append(homeAddress ?? (kind == .update ? source : destination))
    data += authentication.covered.isEmpty ? coveredHeader : authentication.covered
    return data
  }

  /// Fills up with Pad1 or PadN until the length is `modulo`·n + `remainder` (RFC 6275 section 6.2.1).
  private static func pad(_ header: inout [UInt8], to remainder: Int, modulo: Int = 8) {
    let count = (remainder - header.count) & (modulo - 1)
    switch count {
    case 0: break
    case 1: header.append(0)
    default:
      header += [1, UInt8(count - 2)]
      header += repeatElement(0, count: count - 2)
    }
  }

  /// The checksum over the message and a pseudo-header in which the Home Address stands in for the
  /// care-of address (RFC 6275 section 6.1.1); 0 where the message holds the right one.
  func checksum(of message: RawSpan) -> UInt16 {
    var sum = InternetChecksum(
      source: kind == .update ? homeAddress ?? source : source,
      destination: kind == .acknowledgement ? homeAddress ?? destination : destination,
      length: message.byteCount, protocol: IPProtocol.mobilityHeader.rawValue)
    sum.add(message)
    return sum.value
  }

  private func checksum(of message: [UInt8]) -> UInt16 {
    checksum(of: message.rawSpan)
  }
}
