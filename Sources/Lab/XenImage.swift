import Foundation

/// What a Xen host runs from, wholly in its memory: Debian's hypervisor and kernel, a first file system with Xen's tools, and
/// in that a guest's kernel and file system.
package struct XenImage: Sendable, Hashable {
  package let hypervisor: String
  package let kernel: String
  package let fileSystem: String

  private static let version = "4.17"
  /// Beside the kernel. What else their programs need, this machine has.
  private static let packages = [
    "xen-hypervisor-\(version)-amd64", "xen-utils-\(version)", "xenstore-utils", "libxencall1",
    "libxenevtchn1", "libxenforeignmemory1", "libxengnttab1", "libxenmisc\(version)",
    "libxenstore4", "libxentoollog1", "libxentoolcore1", "libxendevicemodel1", "libxenhypfs1",
    "libyajl2", "libfdt1", "libnl-3-200", "libnl-route-3-200", "libaio1", "liblzo2-2", "socat",
    "libwrap0", "iproute2", "libelf1", "libbpf1", "libmnl0", "libbsd0", "libmd0", "libxtables12",
  ]

  /// Finds the images, or makes them.
  ///
  /// - Parameters:
  ///   - sender: The static sender's path.
  ///   - tell: Hears what takes time.
  package static func prepare(
    sender: String, in store: ImageStore = .standard, telling tell: (String) -> Void
  ) async throws(LabError) -> XenImage {
    try GuestImage.check(sender: sender)
    for (program, package) in [("xz", "xz-utils"), ("ldd", "libc-bin")]
    where Program.path(of: program) == nil {
      throw .missingPackages(programs: [program], packages: [package])
    }
    let guestSystem = try await GuestImage.kernelFolder(in: store, telling: tell)
    let system = try await systemFolder(in: store, telling: tell)
    let parts = [GuestImage.stamp(sender), guestSystem, system, GuestInit.script, HostInit.script]
    let name = "host-" + GuestImage.fingerprint(of: parts)
    if !store.contains(name) {
      tell("making the Xen hosts' file system in \(store.folder)")
      let guest = store.path(of: guestSystem)
      try await store.make(name) { folder throws(LabError) in
        try await GuestImage.makeFileSystem(
          at: folder, sender: sender, modules: ["\(guest)/xen-netfront.ko"])
        _ = try await World.own.run(
          [
            "sh", "-c", HostInit.making, "sh", folder, store.path(of: system),
            "\(guest)/vmlinuz", Program.path(of: "busybox") ?? "busybox",
          ], input: HostInit.script)
      }
    }
    let folder = store.path(of: system)
    return XenImage(
      hypervisor: folder + "/xen", kernel: folder + "/vmlinux",
      fileSystem: store.path(of: name) + "/initramfs")
  }

  /// The folder with the hypervisor, the kernel, and what packages have, by its name.
  private static func systemFolder(
    in store: ImageStore, telling tell: (String) -> Void
  ) async throws(LabError) -> String {
    if let kept = store.newest(beginning: "xen-") { return kept }
    let kernel = try await Packages.kernel(of: "linux-image-amd64")
    tell("downloading Xen \(version) and \(kernel), 80 MB; they are unpacked, not installed")
    let name = "xen-\(version)-" + kernel.dropFirst("linux-image-".count)
    try await store.make(name) { folder throws(LabError) in
      try await Packages.unpack([kernel] + packages, in: folder)
      _ = try await World.own.run(["sh", "-c", Self.choosing, "sh", folder])
    }
    return name
  }

  /// QEMU starts an uncompressed hypervisor, and that an uncompressed kernel: the payload of a bzImage lies
  /// `payload_offset` behind its `setup_sects`, with four bytes of its length at its end (Linux,
  /// Documentation/arch/x86/boot.rst).
  private static let choosing = """
    set -e; cd "$1"
    gzip -dc unpacked/boot/xen-\(version)-amd64.gz >xen
    image=$(echo unpacked/boot/vmlinuz-*)
    number() { od -An -v -t$2 -j$1 -N${2#u} $image | tr -d ' '; }
    start=$((($(number 497 u1) + 1) * 512 + $(number 584 u4)))
    length=$(($(number 588 u4) - 4))
    tail -c +$((start + 1)) $image | head -c $length | xz -dc --single-stream >vmlinux
    mkdir modules
    \(Packages.keeping(HostInit.modules, in: "modules"))
    rm -r unpacked/boot unpacked/lib/modules unpacked/usr/share
    """
}
