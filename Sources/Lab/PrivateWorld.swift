import CLinux
import Foundation

/// A world of the program's own: nothing that it makes there is seen outside, nothing of the host's
/// networks is seen inside, and the kernel removes all of it with the last process in it.
package enum PrivateWorld {
  /// Holds the id of the process that entered; ids survive an exec, and children have others.
  static let variable = "NEMOTOP_PRIVATE_WORLD"

  /// Whether this process is in a world of its own.
  package static var isEntered: Bool {
    ProcessInfo.processInfo.environment[variable] == "\(getpid())"
  }

  /// Enters a private world by starting this program anew in it, with the same arguments; returns at
  /// once where that has happened already. Process id, terminal and signals stay the same.
  ///
  /// It must come before anything else that the program does, as all of it is done again. It throws,
  /// with the process as it was, where no such world is to be had.
  package static func enter() async throws(LabError) {
    if isEntered { return }
    let isolation = try await isolation()
    let program: String
    do {
      program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    } catch {
      throw .noPrivateWorld(reason: "/proc/self/exe cannot be read")
    }
    var environment = ProcessInfo.processInfo.environment
    environment[variable] = "\(getpid())"
    let command = entry(isolation, to: [program] + CommandLine.arguments.dropFirst())
    try startInstead(command, environment: environment)
  }

  /// The command line that runs another one in a private world.
  package static func entry(_ isolation: [String], to command: [String]) -> [String] {
    ["unshare"] + isolation + ["sh", "-c", script, "sh"] + command
  }

  /// The options of `unshare` that work here: root needs no user namespace, unless it is confined.
  package static func isolation() async throws(LabError) -> [String] {
    let own = ["--net", "--mount"]
    let mapped = ["--user", "--map-root-user"] + own
    var last = LabError.noPrivateWorld(reason: "")
    for choice in geteuid() == 0 ? [own, mapped] : [mapped] {
      do {
        _ = try await World.own.run(entry(choice, to: ["sh", "-c", trial]))
        return choice
      } catch .missingProgram(let name) {
        throw .missingProgram(name)
      } catch .commandFailed(_, let reason), .noPermission(_, let reason) {
        last = .noPrivateWorld(reason: reason)
      } catch {
        last = error
      }
    }
    throw last
  }

  /// Puts a fresh file system over /run, where the names of network namespaces lie, and lays the
  /// users' runtime folders, with the sockets that others look for in them, over it again.
  static let script = """
    home=$PWD; cd /run && mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/netns || exit 1
    if [ -d ./user ]; then mkdir /run/user; mount -c --rbind ./user /run/user; fi
    cd "$home"; exec "$@"
    """

  /// What the laboratory needs most: a namespace with a link and a setting in it.
  static let trial = """
    ip netns add trial && ip link add trial0 netns trial type veth peer name trial1 netns trial \
    && nsenter --net=/run/netns/trial sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
    """
}
