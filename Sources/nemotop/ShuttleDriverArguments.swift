import ArgumentParser
import Shuttle

/// How a guest is migrated.
struct ShuttleDriverArguments: ParsableArguments {
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case xl, virsh, qmp, namespace, exec
  }

  @Option(help: "What migrates the guest.")
  var driver: Kind

  @Option(help: "The guest; with namespace its interface.")
  var guest: String

  @Option(
    help: "How long each command, and each migration, may take.", transform: duration)
  var timeout: Duration = .seconds(600)

  @Option(
    help: ArgumentHelp("xl: what ssh gets before the host, such as '-i KEY'.", valueName: "options")
  )
  var ssh = ""

  @Option(
    help: ArgumentHelp(
      "xl: move by 'xl save' and 'xl restore', not live; the saved guest lies in this folder of its hosts meanwhile.",
      valueName: "folder"))
  var save: String?

  @Flag(inversion: .prefixedNo, help: "virsh: the guest goes on while its memory is copied.")
  var live = true

  @Option(help: "qmp: the most bytes a second that a migration sends.", transform: quantity)
  var bandwidth: Int?

  @Option(help: "qmp: how long the guest may stand still.", transform: duration)
  var downtimeLimit: Duration?

  @Flag(help: "qmp: end a QEMU once its guest runs elsewhere.")
  var quitSource = false

  @Option(help: "namespace: the bridge that the interface becomes a port of.")
  var bridge: String?

  @Option(help: ArgumentHelp("exec: migrates {guest} {from} {to}.", valueName: "command"))
  var migrateCommand: String?

  @Option(
    help: ArgumentHelp(
      "exec: prints the host that has {guest}, or nothing.", valueName: "command"))
  var locateCommand: String?

  func validate() throws {
    guard !guest.isEmpty else { throw ValidationError("--guest is empty: name the guest") }
    guard !guest.hasPrefix("-") || driver == .exec else {
      throw ValidationError("--guest \(guest): a name does not begin with -")
    }
    guard timeout > .zero else { throw ValidationError("--timeout must be longer than nothing") }
    guard live || driver == .virsh else {
      throw ValidationError("--no-live is for --driver virsh alone: leave it out")
    }
    guard save == nil || driver == .xl else {
      throw ValidationError("--save is for --driver xl alone: leave it out")
    }
    guard save.map({ $0.hasPrefix("/") }) ?? true else {
      throw ValidationError("--save \(save ?? ""): name a folder by its absolute path")
    }
    guard driver != .exec || migrateCommand != nil && locateCommand != nil else {
      throw ValidationError("--driver exec needs --migrate-command and --locate-command")
    }
  }

  func made(for hosts: [MigrationHost]) -> any MigrationDriver {
    switch driver {
    case .xl:
      XenDriver(
        guest: guest, hosts: hosts, sshOptions: ssh.split(separator: " ").map(String.init),
        limit: timeout, savingIn: save)
    case .virsh: LibvirtDriver(guest: guest, hosts: hosts, isLive: live, limit: timeout)
    case .qmp:
      QEMUDriver(
        guest: guest, hosts: hosts, bandwidth: bandwidth, downtimeLimit: downtimeLimit,
        endsSource: quitSource, limit: timeout)
    case .namespace: NamespaceDriver(guest: guest, hosts: hosts, bridge: bridge, limit: timeout)
    case .exec:
      CommandDriver(
        guest: guest, hosts: hosts, migration: migrateCommand ?? "", location: locateCommand ?? "",
        limit: timeout)
    }
  }
}
