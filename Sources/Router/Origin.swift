/// What was made here is known by its origin, tunnels by their names, also after a crash.
extension NetlinkSocket {
  /// Removes every route, rule and tunnel that an earlier run of a daemon left in this network namespace.
  func removeLeftovers() throws(RouterError) {
    let (routeType, ruleType): (UInt16, UInt16) = (26, 34)
    let routeHeader: [UInt8] = [Kernel.inet6] + [UInt8](repeating: 0, count: 11)
    for message in try dump(type: routeType, header: routeHeader, "listing the routes")
    where message.body.count >= 12 && message.body[5] == Kernel.origin {
      // What was listed names it well enough to be removed.
      try request(
        NetlinkMessage(
          type: Change.remove.routeType, flags: Change.remove.flags, body: message.body),
        "removing a route that was left", tolerating: [Self.noSuchProcess])
    }
    for message in try dump(type: ruleType, header: routeHeader, "listing the rules")
    where message.body.count >= 12 {
      let origin = NetlinkAnswer.attribute(Rule.Attribute.origin, in: message.body[12...])
      guard origin?.first == Kernel.origin else { continue }
      try request(
        NetlinkMessage(
          type: Change.remove.ruleType, flags: Change.remove.flags, body: message.body),
        "removing a rule that was left", tolerating: [Self.noSuchFile])
    }
    for (link, name, kind) in try links()
    where kind == TunnelInterface.kind && name.hasPrefix(TunnelInterface.namePrefix) {
      try request(
        link.removal, "removing a tunnel that was left", tolerating: [Self.noSuchDevice])
    }
  }

  /// ESRCH, ENOENT and ENODEV: it is gone already.
  static let noSuchProcess: Int32 = 3
  static let noSuchFile: Int32 = 2
  static let noSuchDevice: Int32 = 19
  /// EOPNOTSUPP: the kernel has no such thing.
  static let notSupported: Int32 = 95
}
