import Glibc
import Wire

/// Which tunnelled packets may come in: those of a registered tunnel's end, whose inner address lies in
/// the prefix that is registered with it (RFC 3963 section 6.4). All others to the own address are dropped
/// and counted.
///
/// It is a set of nftables, looked up before anything is unwrapped, so that it holds whatever unwraps. The
/// rules are made once, by `nft`; the set's elements come and go through netlink, without any program.
///
/// The kernel answers the Home Address option and the type 2 routing header, which it does not know, with
/// ICMPv6 errors; what carries them is dropped too, since packet sockets see it before.
struct TunnelFilter {
  /// Which inner address is looked at.
  enum Direction {
    /// The home agent looks at who sent it.
    case fromGuest
    /// The mobile router looks at who is to get it.
    case toGuest

    /// Where it stands in the inner header, in bits.
    fileprivate var offset: Int {
      switch self {
      case .fromGuest: 64
      case .toGuest: 192
      }
    }
  }

  /// One end that packets may come from, and what they may carry.
  struct Admission: Hashable {
    var end: IPAddress
    var prefix: BindingMessage.Prefix
  }

  /// The table's name, which no other daemon of the same network namespace has.
  let name: String
  let address: IPAddress
  let direction: Direction
  /// Where guests are, of whom none may call itself by the own address.
  var bridge: String?

  /// Makes the table, in the place of one that an earlier run left.
  func open() throws(RouterError) {
    try Self.runNFT(
      """
      table ip6 \(name) {}
      delete table ip6 \(name)
      table ip6 \(name) {
        set tunnels { typeof ip6 saddr . @th,\(direction.offset),128; flags interval; }
        chain prerouting {
          type filter hook prerouting priority raw; policy accept;
          ip6 daddr \(address) ip6 nexthdr 41 ip6 saddr . @th,\(direction.offset),128 @tunnels accept
          ip6 daddr \(address) meta l4proto 41 counter drop
          \(bridge.map { "iifname \"\($0)\" ip6 saddr \(address) drop" } ?? "")
          ip6 daddr \(address) exthdr dst exists meta l4proto 135 drop
          ip6 daddr \(address) exthdr rt exists meta l4proto 135 drop
        }
      }

      """)
  }

  func close() throws(RouterError) {
    try Self.runNFT("table ip6 \(name) {}\ndelete table ip6 \(name)\n")
  }

  func change(
    _ change: Change, _ admission: Admission, through socket: NetlinkSocket
  ) throws(RouterError) {
    try socket.requestTogether(
      [Self.batch(begins: true), request(change, admission), Self.batch(begins: false)],
      "\(change == .remove ? "refusing" : "admitting") \(admission.end)",
      tolerating: change == .remove ? [ENOENT] : [EEXIST])
  }

  /// Subsystem nftables; NFT_MSG_NEWSETELEM and NFT_MSG_DELSETELEM (linux/netfilter/nf_tables.h).
  func request(_ change: Change, _ admission: Admission) -> NetlinkMessage {
    let (subsystem, new, delete): (UInt16, UInt16, UInt16) = (10 << 8, 12, 14)
    let (tableName, setName, elements): (UInt16, UInt16, UInt16) = (1, 2, 3)
    let (element, key, keyEnd, value): (UInt16, UInt16, UInt16, UInt16) = (1, 1, 10, 1)
    var attributes = NetlinkAttributes()
    attributes.append(tableName, text: name)
    attributes.append(setName, text: "tunnels")
    attributes.append(
      elements,
      nesting: { list in
        list.append(
          element,
          nesting: { item in
            item.append(key, nesting: { $0.append(value, admission.first) })
            item.append(keyEnd, nesting: { $0.append(value, admission.last) })
          })
      })
    return NetlinkMessage(
      type: subsystem | (change == .remove ? delete : new),
      flags: change == .remove
        ? [.request, .acknowledge] : [.request, .acknowledge, .create],
      body: [Kernel.inet6, 0, 0, 0] + attributes.bytes)
  }

  /// NFNL_MSG_BATCH_BEGIN and NFNL_MSG_BATCH_END: what stands between is done together.
  private static func batch(begins: Bool) -> NetlinkMessage {
    NetlinkMessage(type: begins ? 16 : 17, flags: [.request], body: [0, 0, 0, 10])
  }

  private static func runNFT(_ text: String) throws(RouterError) {
    let what = "setting up the filter of tunnelled packets"
    let (code, status, said) = runInterpreter("/usr/sbin/nft", reading: text)
    guard code != ENOENT else { throw .missingProgram("nft") }
    guard code == 0 else { throw .refused(what, reason: reason(of: code)) }
    guard status == 0 else {
      let words = said.split(separator: "\n").first.map(String.init) ?? "no reason given"
      throw words.contains("Operation not permitted")
        ? .noPermission(doing: what) : .refused(what, reason: words)
    }
  }
}

extension TunnelFilter.Admission {
  /// The lowest key of the set that it stands for: the outer source, then the inner address.
  var first: [UInt8] { key { $0 } }
  var last: [UInt8] {
    key { address in
      func ones(_ bits: Int) -> UInt64 { bits <= 0 ? .max : bits >= 64 ? 0 : .max >> UInt64(bits) }
      return IPAddress(
        high: address.high | ones(Int(prefix.length)),
        low: address.low | ones(Int(prefix.length) - 64))
    }
  }

  private func key(_ change: (IPAddress) -> IPAddress) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(end)
    bytes.append(change(prefix.address))
    return bytes
  }
}
