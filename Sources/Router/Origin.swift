/// What was made here is known by its origin, also after a crash.
extension NetlinkSocket {
  /// Removes every route and rule that an earlier run of a daemon left in this network namespace.
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
  }

  /// ESRCH and ENOENT: it is gone already.
  static let noSuchProcess: Int32 = 3
  static let noSuchFile: Int32 = 2
}
