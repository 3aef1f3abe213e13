import ArgumentParser
import Lab

extension LabError {
  /// The one line that says what was wrong with what, and how to mend it.
  ///
  /// - Parameter name: what the network is called, where it has a name.
  func message(name: String? = nil) -> String {
    switch self {
    case .noPrivateWorld(let reason):
      "no namespaces of one's own to be had (\(reason)): run it as root, or allow user namespaces"
    case .noPermission(let command, let reason):
      "\(command): \(reason): run it as root"
    case .missingProgram(let program):
      "\(program): not found: install it (Debian: apt install iproute2 util-linux nftables)"
    case .missingPackages(let programs, let packages):
      "\(programs.joined(separator: ", ")): not found: "
        + (packages.isEmpty
          ? "images are made on Debian and its like alone"
          : "install \(programs.count == 1 ? "it" : "them"), on Debian by "
            + "`apt-get install \(packages.joined(separator: " "))`")
    case .cannotKeep(let path, let reason):
      "\(path): \(reason): choose another folder with XDG_CACHE_HOME"
    case .commandFailed(let command, let reason):
      "\(command): \(reason)"
    case .alreadyUp(let namespaces):
      "\(namespaces[0]) exists already: remove it with `nemotop lab down\(option(name))`,"
        + " or choose another --name"
    case .notUp(let namespaces):
      "there is no network namespace \(namespaces[0]):"
        + " make the network with `nemotop lab up\(option(name))`"
    case .noSuchNamespace(let path, let reason):
      "network namespace \(path) cannot be entered: \(reason)"
    case .cannotBind(let port, let reason):
      "port \(port) of the correspondent node cannot be opened: \(reason)"
    case .cannotStart(let program, let reason):
      "\(program): cannot be started: \(reason)"
    }
  }

  private func option(_ name: String?) -> String {
    guard let name, name != "nemotop" else { return "" }
    return " --name \(name)"
  }
}

extension Attachment {
  var explanation: String {
    switch self {
    case .nemo: "nemo: the servers tunnel to a home agent, and the guest keeps its address"
    case .bridged: "bridged: both servers are on one segment, and the guest keeps its address"
    case .routed: "routed: the guest's prefix leads to xen1, and on xen2 it reaches nobody"
    case .nat: "nat: each server puts its own address in the place of the guest's"
    }
  }
}

extension Tunnel {
  var explanation: String {
    switch self {
    case .ip6tnl: "IPv6 in IPv6 by the kernel's tunnel interface (ip6tnl)"
    case .seg6: "IPv6 in IPv6 by segment routing (seg6 encap.red), since the kernel has no ip6tnl"
    }
  }
}

extension Failure {
  init(_ error: LabError, name: String? = nil) {
    self.init(error.message(name: name))
  }
}

/// Runs a command's work; an error of the laboratory becomes its one line, and exit status 1.
func reportingLabErrors(
  named name: String, _ work: () async throws(LabError) -> Void
) async throws {
  do throws(LabError) {
    try await work()
  } catch {
    throw Failure(error, name: name).told()
  }
}
