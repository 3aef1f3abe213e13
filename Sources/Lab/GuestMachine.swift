/// A guest that is a machine of QEMU's, on a server's TAP: QEMU's arguments for it.
package struct GuestMachine: Sendable {
  package var image: GuestImage
  package var memoryMegabytes = 128
  /// The socket of its monitor, which speaks QMP.
  package var monitor: String

  package init(image: GuestImage, monitor: String) {
    self.image = image
    self.monitor = monitor
  }

  /// What a guest's first program finds among its variables.
  static let variables = [
    "guest_address=\(Topology.guestAddress)/64", "guest_gateway=\(Topology.gatewayAddress)",
    "guest_mtu=\(Topology.guestMTU)",
  ]

  /// - Parameter isIncoming: Whether it waits for a guest that comes from another machine.
  package func arguments(incoming isIncoming: Bool) -> [String] {
    let append =
      ["console=ttyS0", "quiet", "loglevel=0", "panic=-1", "random.trust_cpu=on"]
      + Self.variables
    return [
      "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "\(memoryMegabytes)",
      "-kernel", image.kernel, "-initrd", image.fileSystem,
      "-append", append.joined(separator: " "),
      "-qmp", "unix:\(monitor),server=on,wait=off",
      "-netdev", "tap,id=network,ifname=\(GuestKind.interface),script=no,downscript=no",
      "-device",
      "virtio-net-pci,netdev=network,mac=\(Topology.guestLinkLayerAddress),guest_announce=on,romfile=",
    ] + (isIncoming ? ["-incoming", "defer"] : [])
  }
}
