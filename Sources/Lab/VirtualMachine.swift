import Foundation

/// A machine of QEMU's: a process in a server's network namespace, connected to a TAP there.
package struct VirtualMachine: Sendable {
  /// What it runs from, and how it is reached.
  package struct Configuration: Sendable {
    package var image: GuestImage
    package var memoryMegabytes = 128
    package var interface = GuestKind.interface
    package var hardwareAddress = Topology.guestLinkLayerAddress
    /// What its first program finds among its variables.
    package var variables: [(name: String, value: String)] = [
      ("guest_address", "\(Topology.guestAddress)/64"),
      ("guest_gateway", Topology.gatewayAddress), ("guest_mtu", "\(Topology.guestMTU)"),
    ]
    /// A folder of its own, where its sockets lie.
    package var folder: String

    package init(image: GuestImage, folder: String) {
      self.image = image
      self.folder = folder
    }
  }

  package let process: ChildProcess
  /// The socket of its monitor, which speaks QMP.
  package let monitor: String
  /// The socket of its serial console.
  package let console: String
  private let output: FileHandle

  /// Starts one, from its beginning or to take in a guest that comes from another.
  package static func start(
    _ configuration: Configuration, incoming isIncoming: Bool, in namespace: NetworkNamespace
  ) async throws(LabError) -> VirtualMachine {
    guard let program = Program.path(of: "qemu-system-x86_64") else {
      throw .missingPackages(programs: ["qemu-system-x86_64"], packages: ["qemu-system-x86"])
    }
    for path in [configuration.monitor, configuration.console] {
      try? FileManager.default.removeItem(atPath: path)
    }
    let pipe = Pipe()
    let process = try await ChildProcess.start(
      [program] + configuration.arguments + (isIncoming ? ["-incoming", "defer"] : []),
      in: namespace, output: pipe.fileHandleForWriting.fileDescriptor,
      error: pipe.fileHandleForWriting.fileDescriptor)
    try? pipe.fileHandleForWriting.close()
    return VirtualMachine(
      process: process, monitor: configuration.monitor, console: configuration.console,
      output: pipe.fileHandleForReading)
  }

  /// Ends it as pulling its plug does.
  package func end() async {
    process.terminate()
    _ = await process.wait()
  }

  /// What QEMU had to say, once it has ended: its first line.
  package var complaint: String? {
    let text = String(decoding: output.availableData, as: UTF8.self)
    return text.split(separator: "\n").first.map(String.init)
  }
}

extension VirtualMachine.Configuration {
  var monitor: String { folder + "/monitor" }
  var console: String { folder + "/console" }

  /// QEMU's, for a machine of Intel's kind that is emulated, so that it runs everywhere and the same.
  package var arguments: [String] {
    let append =
      ["console=ttyS0", "quiet", "loglevel=0", "panic=-1", "random.trust_cpu=on"]
      + variables.map { "\($0.name)=\($0.value)" }
    return [
      "-accel", "tcg,thread=multi", "-machine", "q35", "-cpu", "max", "-m", "\(memoryMegabytes)",
      "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
      "-kernel", image.kernel, "-initrd", image.fileSystem,
      "-append", append.joined(separator: " "),
      "-chardev", "socket,id=console,path=\(console),server=on,wait=off",
      "-serial", "chardev:console",
      "-qmp", "unix:\(monitor),server=on,wait=off",
      "-netdev", "tap,id=network,ifname=\(interface),script=no,downscript=no",
      "-device",
      "virtio-net-pci,netdev=network,mac=\(hardwareAddress),guest_announce=on,romfile=",
    ]
  }
}
