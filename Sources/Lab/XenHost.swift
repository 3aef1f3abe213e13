/// A Xen host that is a machine of QEMU's, on a server's TAP: QEMU's arguments for it, and its guest's configuration.
package struct XenHost: Sendable {
  package var image: XenImage
  /// How its guest moves.
  package var kind: GuestKind
  package var server: Server
  /// The socket of the link between the two hosts.
  package var link: String
  /// The arguments of the guest's sender, none with a space or a comma in it.
  package var sending: [String]

  package init(
    image: XenImage, kind: GuestKind, server: Server, link: String, sending: [String]
  ) {
    self.image = image
    self.kind = kind
    self.server = server
    self.link = link
    self.sending = sending
  }

  private var number: Int { server == .xen1 ? 1 : 2 }

  /// All that QEMU emulates but what Xen or its kernel stumble over there: with smap dom0 ends at its first IRET, an
  /// intercepted rdtscp ends a guest, and with xsave programs in dom0 find their memory changed now and then.
  private static let processor = "max,-smap,-rdtscp,-xsave,-avx,-avx2,-fma,-f16c"

  package var arguments: [String] {
    let kernelLine =
      [
        "console=hvc0", "quiet", "loglevel=0", "panic=-1", "swiotlb=4096", "random.trust_cpu=on",
        "host_number=\(number)", "guest_type=\(kind == .xenSaved ? "pv" : "pvh")",
        "guest_hardware=\(Topology.guestLinkLayerAddress)",
      ] + GuestMachine.variables + ["guest_send=\(sending.joined(separator: ","))"]
    return [
      "-accel", "tcg,thread=multi,tb-size=32", "-cpu", Self.processor, "-m", "512",
      "-kernel", image.hypervisor,
      "-initrd", "\(image.kernel) \(escaped(kernelLine)),\(image.fileSystem)",
      "-append",
      "console=com1 com1=115200 dom0_mem=320M,max:320M noreboot loglvl=none guest_loglvl=none",
      "-netdev", "tap,id=guests,ifname=\(GuestKind.interface),script=no,downscript=no",
      "-device", "virtio-net-pci,netdev=guests,mac=52:54:00:00:00:0\(number),romfile=",
      "-netdev",
      "stream,id=hosts,server=\(server == .xen1 ? "on" : "off"),addr.type=unix,addr.path=\(link)",
      "-device", "virtio-net-pci,netdev=hosts,mac=52:54:00:00:01:0\(number),romfile=",
    ]
  }

  /// QEMU takes two commas for one.
  private func escaped(_ words: [String]) -> String {
    words.joined(separator: " ").replacing(",", with: ",,")
  }

  /// What Xen calls it.
  package static let guest = "guest"

  /// Where it is saved.
  package static let savingFolder = "/var/lib/xen/save"

  /// The command that starts the guest, on a host's own shell.
  package static let creation = "xl create /root/guest.cfg"

  /// The command that shows what the guest said last.
  package static let hearing = "tail -n 5 /var/log/xen/console/guest-\(guest).log"
}
