import Foundation
import Mobility
import Subprocess
import Testing
import Wire

extension Trait where Self == ConditionTrait {
  /// For tests with a program of others, which this command finds.
  fileprivate static func needs(_ package: String, _ command: [String]) -> Self {
    .enabled("needs \(package): apt-get install \(package)") {
      (try? await DecoderTests.run(command)) != nil
    }
  }

  fileprivate static var needsScapy: Self {
    needs("python3-scapy", [DecoderTests.python, "-c", "import scapy.layers.inet6"])
  }
}

/// The messages as independent decoders read them, and theirs as they are read here.
@Suite struct DecoderTests {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  static let python = "/usr/bin/python3"

  static func run(_ command: [String], input: [UInt8] = []) async throws -> String {
    let result = try await Subprocess.run(
      .name("timeout"), arguments: Arguments(["--kill-after=5", "60"] + command),
      input: .array(input), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    guard case .exited(0) = result.terminationStatus else {
      throw Failure(description: "\(command[0]): \(result.standardError)")
    }
    return result.standardOutput
  }

  /// A registration with and without authentication, in both modes, a rejection, and coming home.
  private static func messages() throws -> [BindingMessage] {
    var messages: [BindingMessage] = []
    for security in [nil, Cast.security] {
      for isExplicit in [true, false] {
        var agent = Cast.homeAgent(security: security)
        var router = Cast.router(isExplicit: isExplicit, security: security)
        let update = try #require(router.arrive(at: Cast.at(0)).updates.first)
        let arrived = try #require(update.onArrival)
        messages.append(update)
        messages += agent.receive(arrived, at: Cast.at(0)).answers
        messages += agent.receive(arrived, at: Cast.at(60)).answers
      }
    }
    var agent = Cast.homeAgent()
    _ = agent.receive(Cast.update(1), at: Cast.at(0))
    var update = Cast.update(2, prefixes: [], homeAddress: nil)
    update.source = Cast.home
    messages.append(update)
    messages += agent.receive(update, at: Cast.at(1)).answers
    return messages
  }

  private static func bytes(_ message: BindingMessage) -> [UInt8] {
    var bytes: [UInt8] = []
    message.serialize(into: &bytes)
    return bytes
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// A capture of raw IP packets (link type 101).
  private static func capture(of packets: [[UInt8]]) -> [UInt8] {
    func little(_ values: UInt32...) -> [UInt8] {
      values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
      }
    }
    var bytes = little(0xa1b2_c3d4, 4 << 16 | 2, 0, 0, 65535, 101)
    for packet in packets {
      bytes += little(0, 0, UInt32(packet.count), UInt32(packet.count)) + packet
    }
    return bytes
  }

  @Test(.needs("tshark", ["tshark", "--version"])) func `tshark reads every message`() async throws
  {
    let messages = try Self.messages()
    let fields = [
      "ipv6.src", "mip6.bu.seqnr", "mip6.ba.seqnr", "mip6.nemo.bu.r_flag", "mip6.nemo.ba.r_flag",
      "mip6.bu.lifetime", "mip6.ba.lifetime", "mip6.ba.status", "mip6.nemo.mnp.mnp",
      "mip6.nemo.mnp.pfl", "mip6.acoa.acoa", "mip6.auth.mobility_spi", "mip6.auth.auth_data",
      "_ws.malformed", "_ws.expert.message",
    ]
    let output = try await Self.run(
      ["tshark", "-n", "-r", "-", "-T", "fields", "-E", "separator=|"]
        + fields.flatMap { ["-e", $0] },
      input: Self.capture(of: messages.map(Self.bytes)))
    let rows = output.split(separator: "\n").map {
      $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    }
    try #require(rows.count == messages.count)
    for (message, row) in zip(messages, rows) {
      let isUpdate = message.kind == .update
      let wasServed = message.flags & BindingMessage.AcknowledgementFlag.mobileRouter != 0
      // The Home Address stands for the source, as RFC 6275 has it.
      let source = isUpdate ? message.homeAddress ?? message.source : message.source
      #expect(
        row[0].split(separator: ",").contains("\(source)") || row[0].contains("\(message.source)"))
      #expect(row[1] == (isUpdate ? "\(message.sequence)" : ""))
      #expect(row[2] == (isUpdate ? "" : "\(message.sequence)"))
      #expect(["1", "True"].contains(row[3]) == isUpdate)
      #expect(["1", "True"].contains(row[4]) == (!isUpdate && wasServed))
      #expect(row[5] == (isUpdate ? "\(message.lifetime)" : ""))
      #expect(row[6] == (isUpdate ? "" : "\(message.lifetime)"))
      #expect(row[7] == (message.status.map { "\($0)" } ?? ""))
      #expect(row[8] == (message.prefixes.first.map { "\($0.address)" } ?? ""))
      #expect(row[9] == (message.prefixes.first.map { "\($0.length)" } ?? ""))
      #expect(row[10] == (message.alternateCareOfAddress.map { "\($0)" } ?? ""))
      let spi = message.authentication.map { $0.index }
      #expect((spi == nil) == row[11].isEmpty)
      // It shows two bytes of the code fewer than the option's length has.
      let code = message.authentication.map { Self.hex($0.authenticator) } ?? ""
      #expect(code.hasPrefix(row[12]) && row[12].isEmpty == code.isEmpty)
      #expect(row[13].isEmpty && row[14].isEmpty, "\(row[13...])")
    }
  }

  /// Checksum and code are computed from the bytes, with Python's own hmac.
  @Test(.needsScapy) func `scapy reads every message, and the codes and checksums are right`()
    async throws
  {
    let messages = try Self.messages()
    let script = """
      import sys, hmac, hashlib, struct
      from scapy.layers.inet6 import *
      def total(data):
          s = sum(struct.unpack('>%dH' % (len(data) // 2), data))
          while s >> 16: s = (s & 0xffff) + (s >> 16)
          return s
      for line in sys.stdin:
          raw = bytes.fromhex(line.strip())
          p = IPv6(raw)
          kind = MIP6MH_BU if MIP6MH_BU in p else MIP6MH_BA
          m = p[kind]
          home = None
          if HAO in p: home = p[HAO].hoa
          if IPv6ExtHdrRouting in p: home = p[IPv6ExtHdrRouting].addresses[0]
          mh = raw[len(raw) - (m.len + 1) * 8:]
          src, dst = p.src, p.dst
          if kind is MIP6MH_BU and home: src = home
          if kind is MIP6MH_BA and home: dst = home
          pseudo = inet_pton(socket.AF_INET6, src) + inet_pton(socket.AF_INET6, dst)
          good = total(pseudo + struct.pack('>II', len(mh), 135) + mh) == 0xffff
          names = [type(o).__name__ for o in m.options if type(o).__name__ not in ('Pad1', 'PadN')]
          code = ''
          if MIP6OptMsgAuth in p:
              at = mh.rindex(bytes([9, 17, 1]))
              covered = mh[:4] + b'\\0\\0' + mh[6:at + 7]
              coa = p.src if kind is MIP6MH_BU else p.dst
              data = inet_pton(socket.AF_INET6, coa) + inet_pton(socket.AF_INET6, home) + covered
              mac = hmac.new(b'a key of the lab', data, hashlib.sha1).digest()[:12]
              code = 'right' if mac == mh[at + 7:at + 19] == p[MIP6OptMsgAuth].authdata else 'wrong'
          print(m.seq, m.mhtime, home, good, '+'.join(names), code, sep='|')
      """
    let input = messages.map { Self.hex(Self.bytes($0)) + "\n" }.joined()
    let output = try await Self.run([Self.python, "-c", script], input: Array(input.utf8))
    let rows = output.split(separator: "\n").map {
      $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    }
    try #require(rows.count == messages.count)
    for (message, row) in zip(messages, rows) {
      var options: [String] = []
      if !message.prefixes.isEmpty { options.append("MIP6OptMobNetPrefix") }
      if message.alternateCareOfAddress != nil { options.append("MIP6OptAltCoA") }
      if message.messageIdentifier != nil { options.append("MIP6OptReplayProtection") }
      if message.authentication != nil { options.append("MIP6OptMsgAuth") }
      #expect(
        row == [
          "\(message.sequence)", "\(message.lifetime)",
          message.homeAddress.map { "\($0)" } ?? "None", "True", options.joined(separator: "+"),
          message.authentication == nil ? "" : "right",
        ])
    }
  }

  @Test(.needsScapy) func `what scapy builds is read`() async throws {
    let script = """
      from scapy.layers.inet6 import *
      coa, ha, home = '2001:db8:1::1', '2001:db8:aa::1', '2001:db8:42::1'
      options = [MIP6OptMobNetPrefix(plen=64, prefix='2001:db8:42::'), MIP6OptAltCoA(acoa=coa),
                 MIP6OptReplayProtection(timestamp=3913977600 << 32),
                 MIP6OptMsgAuth(subtype=1, mspi=256, authdata=b'0123456789ab')]
      bu = IPv6(src=coa, dst=ha) / IPv6ExtHdrDestOpt(options=[HAO(hoa=home)])
      for n in range(5):
          print(bytes(bu / MIP6MH_BU(seq=65535 - n, flags='RHA', mhtime=15,
                options=options[:n])).hex())
      ba = IPv6(src=ha, dst=coa) / IPv6ExtHdrRouting(type=2, segleft=1, addresses=[home])
      for status in (0, 135, 146, 174):
          print(bytes(ba / MIP6MH_BA(status=status, flags='R', seq=9, mhtime=15,
                options=options[2:])).hex())
      """
    let output = try await Self.run([Self.python, "-c", script])
    let messages = output.split(separator: "\n").map { line in
      let digits = Array(line)
      let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0...$0 + 1]), radix: 16)
      }
      return BindingMessage(packet: bytes)
    }
    try #require(messages.count == 9)
    let identifier: UInt64 = 3_913_977_600 << 32
    for (count, message) in messages.prefix(5).enumerated() {
      let message = try #require(message)
      #expect(message.kind == .update && message.sequence == UInt16(65535 - count))
      #expect(message.flags == 0xc400 && message.lifetime == 15)
      #expect(message.homeAddress == Cast.home && message.checksumIsRight == true)
      #expect(message.prefixes == (count > 0 ? [Cast.prefix] : []))
      #expect(message.alternateCareOfAddress == (count > 1 ? Cast.servers[0] : nil))
      #expect(message.messageIdentifier == (count > 2 ? identifier : nil))
      #expect(message.authentication?.index == (count > 3 ? 256 : nil))
      #expect(
        message.authentication?.authenticator == (count > 3 ? Array("0123456789ab".utf8) : nil))
    }
    for (status, message) in zip([0, 135, 146, 174] as [UInt8], messages.suffix(4)) {
      let message = try #require(message)
      #expect(message.kind == .acknowledgement && message.status == status)
      #expect(message.sequence == 9 && message.flags == 0x40 && message.lifetime == 15)
      #expect(message.homeAddress == Cast.home && message.checksumIsRight == true)
      #expect(message.messageIdentifier == identifier)
    }
  }
}
