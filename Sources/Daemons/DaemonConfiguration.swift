import Mobility
import Wire

/// What both daemons' configurations have in common.
package protocol DaemonConfiguration: Sendable {
  /// - Parameter path: What errors call the file, and where relative paths of key files begin.
  init(yaml: String, path: String) throws(ConfigurationError)

  /// How many guests it has.
  var guestCount: Int { get }
  /// The keys whose values differ, and cannot be changed while a daemon runs.
  func fixedKeys(differingFrom other: Self) -> [String]
}

extension DaemonConfiguration {
  /// Reads a file. One with a key in it must be its owner's alone.
  package init(path: String) throws(DaemonError) {
    let content: FileContent
    do throws(FileContent.Failure) {
      content = try FileContent(of: path, capacity: ConfigurationNode.capacity)
    } catch { throw .cannotRead(path: path, reason: error.reason) }
    do throws(ConfigurationError) { try self.init(yaml: content.text, path: path) } catch {
      throw .configuration(error)
    }
    guard content.isPrivate || !Self.hasInlineKey(content.text, path) else {
      throw .keyReadable(path: path)
    }
  }

  private static func hasInlineKey(_ yaml: String, _ path: String) -> Bool {
    (try? ConfigurationNode(yaml: yaml, path: path))?.hasInlineKey ?? false
  }
}

/// What a guest is on both sides: its home address, and the prefixes that go with it.
struct GuestIdentity {
  static let keys = ["home-address", "prefixes", "home-address-outside-prefixes", "security"]

  let homeAddress: IPAddress
  let prefixes: [BindingMessage.Prefix]
  let security: SecurityAssociation?

  init(_ section: ConfigurationNode.Section) throws(ConfigurationError) {
    let home = try section.required("home-address")
    homeAddress = try home.address()
    var prefixes: [BindingMessage.Prefix] = []
    for element in try section.required("prefixes").elements("a list of prefixes") {
      let prefix = try element.prefix()
      if let other = prefixes.first(where: { $0.overlaps(prefix) }) {
        throw element.wrong("found \(prefix), which overlaps \(other): leave one out")
      }
      prefixes.append(prefix)
    }
    guard !prefixes.isEmpty else {
      throw try section.required("prefixes").wrong("found an empty list, expected prefixes")
    }
    self.prefixes = prefixes
    let isOutside = try section["home-address-outside-prefixes"]?.flag() ?? false
    let alone = BindingMessage.Prefix(address: homeAddress, length: 128)
    let isInside = prefixes.contains { $0.contains(alone) }
    guard isInside || isOutside else {
      throw home.wrong(
        "found \(homeAddress), which is in none of the prefixes: mend it, or say "
          + "home-address-outside-prefixes: true")
    }
    security = try section["security"]?.securityAssociation()
  }

  /// Reads a list of guests, of which no two may share a home address or have prefixes that overlap.
  static func list<Guest>(
    _ node: ConfigurationNode, keys: [String],
    _ make: (GuestIdentity, ConfigurationNode.Section) throws(ConfigurationError) -> Guest
  ) throws(ConfigurationError) -> [Guest] {
    var guests: [Guest] = []
    var homes: Set<IPAddress> = []
    var taken: [(prefix: BindingMessage.Prefix, owner: IPAddress)] = []
    for element in try node.elements("a list of guests") {
      let section = try element.section(Self.keys + keys)
      let identity = try GuestIdentity(section)
      guard homes.insert(identity.homeAddress).inserted else {
        throw try section.required("home-address").wrong(
          "found \(identity.homeAddress), which another guest has: give each its own")
      }
      for prefix in identity.prefixes { taken.append((prefix, identity.homeAddress)) }
      guests.append(try make(identity, section))
    }
    // Sorted, one that overlaps another stands right behind one that does.
    taken.sort { ($0.prefix.address, $0.prefix.length) < ($1.prefix.address, $1.prefix.length) }
    for (first, second) in zip(taken, taken.dropFirst()) where first.prefix.overlaps(second.prefix)
    {
      throw node.wrong(
        "found \(first.prefix) of \(first.owner) and \(second.prefix) of \(second.owner), which "
          + "overlap: give each guest its own")
    }
    return guests
  }
}

extension BindingMessage.Prefix {
  func overlaps(_ other: BindingMessage.Prefix) -> Bool { contains(other) || other.contains(self) }
}
