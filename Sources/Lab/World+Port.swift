import CLinux
import Foundation

extension World {
  /// An interface of a network namespace.
  package struct Interface: Sendable, Hashable {
    package var name: String
    package var namespace: String

    package init(_ name: String, in namespace: String) {
      self.name = name
      self.namespace = namespace
    }
  }

  /// Waits until a bridge forwards for a port, and the interface on the other side of it is up: the kernel takes both
  /// from a queue of work a moment after the port was added, and until then loses what is sent.
  package func waitUntilForwarding(
    to port: Interface, from guest: Interface
  ) async throws(LabError) {
    // Only by its commands can another user's world be looked into.
    if prefix.contains("--user") { return try await waitByCommand(to: port, from: guest) }
    try await wait(for: port) { $0.is_forwarding }
    try await wait(for: guest) { $0.is_running }
  }

  /// Looks again and again, on a thread in the interface's namespace.
  private func wait(
    for interface: Interface, until isReady: @escaping @Sendable (interface_description) -> Bool
  ) async throws(LabError) {
    let found: Bool
    do {
      found = try await namespace(interface.namespace).run {
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
          if let description = interfaceDescription(of: interface.name), isReady(description) {
            return true
          }
          Thread.sleep(forTimeInterval: 0.000_5)
        }
        return false
      }
    } catch let error as LabError {
      throw error
    } catch {
      throw .commandFailed(command: "looking for \(interface.name)", reason: "\(error)")
    }
    guard found else { throw Self.notForwarding(interface) }
  }

  func waitByCommand(
    to port: Interface, from guest: Interface
  ) async throws(LabError) {
    let script = """
      for turn in $(seq 1000); do
        case $(ip -n "$1" -d link show dev "$2") in *'bridge_slave state forwarding'*)
          case $(ip -n "$3" link show dev "$4") in *' state UP '*) echo up; exit ;; esac ;;
        esac
        sleep 0.005
      done
      """
    let said = try await run([
      "sh", "-c", script, "port", port.namespace, port.name, guest.namespace, guest.name,
    ])
    guard said == "up\n" else { throw Self.notForwarding(port) }
  }

  private static func notForwarding(_ interface: Interface) -> LabError {
    .commandFailed(
      command: "moving the guest",
      reason: "\(interface.name) in \(interface.namespace) is not forwarded for within 10 s")
  }
}
