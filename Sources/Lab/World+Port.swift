extension World {
  /// Waits until a bridge forwards for a port, and the guest's interface on the other side of it is up: the kernel
  /// takes both a moment after the port was added, and until then loses what is sent.
  ///
  /// - Parameters:
  ///   - port: The interface, and the namespace of its bridge.
  ///   - guest: The interface at the other end, and its namespace.
  package func waitUntilForwarding(
    port: (interface: String, namespace: String), guest: (interface: String, namespace: String)
  ) async throws(LabError) {
    let script = """
      for turn in $(seq 1000); do
        case $(ip -n "$1" -d link show dev "$2") in *'bridge_slave state forwarding'*)
          case $(ip -n "$3" link show dev "$4") in *' state UP '*) exit 0 ;; esac ;;
        esac
        sleep 0.005
      done
      echo "the bridge does not forward for it after 1000 looks" >&2; exit 1
      """
    _ = try await run([
      "sh", "-c", script, "port", port.namespace, port.interface, guest.namespace,
      guest.interface,
    ])
  }
}
