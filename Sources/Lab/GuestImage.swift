import Foundation

/// A kernel and a first file system that a virtual machine runs from, wholly in its memory: Debian's cloud
/// kernel, busybox, the static sender, and nothing else.
package struct GuestImage: Sendable, Hashable {
  package let kernel: String
  package let fileSystem: String

  /// What a guest needs of this machine, and the package of Debian's that has it.
  private static let needs = [
    (program: "qemu-system-x86_64", package: "qemu-system-x86"),
    (program: "busybox", package: "busybox-static"),
    (program: "cpio", package: "cpio"),
  ]

  /// The static sender, which is built beside this program.
  package static var senderPath: String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = URL(fileURLWithPath: link ?? CommandLine.arguments[0]).deletingLastPathComponent()
    return folder.path + "/nemotop-send"
  }

  /// Looks for what every guest needs.
  static func check(sender: String) throws(LabError) {
    let missing = needs.filter { Program.path(of: $0.program) == nil }
    guard missing.isEmpty else {
      throw .missingPackages(
        programs: missing.map(\.program), packages: missing.map(\.package))
    }
    guard FileManager.default.isExecutableFile(atPath: sender) else {
      throw .cannotStart(program: sender, reason: "it is not there; build it with swift build")
    }
  }

  /// Finds the images, or makes them.
  ///
  /// - Parameters:
  ///   - sender: The static sender's path.
  ///   - tell: Hears what takes time.
  /// - Throws: `LabError.missingPackages` with all that is missing.
  package static func prepare(
    sender: String, in store: ImageStore = .standard, telling tell: (String) -> Void
  ) async throws(LabError) -> GuestImage {
    try check(sender: sender)
    let system = try await kernelFolder(in: store, telling: tell)
    let name = "guest-\(fingerprint(of: [stamp(sender), system, GuestInit.script]))"
    if !store.contains(name) {
      tell("making the guest's file system in \(store.folder)")
      let modules = GuestInit.modules.map { "\(store.path(of: system))/\($0).ko" }
      let present = modules.filter(FileManager.default.fileExists(atPath:))
      try await store.make(name) { folder throws(LabError) in
        try await makeFileSystem(at: folder, sender: sender, modules: present)
      }
    }
    return GuestImage(
      kernel: store.path(of: system) + "/vmlinuz", fileSystem: store.path(of: name) + "/initramfs")
  }

  /// The folder with `vmlinuz` and the modules, by its name.
  static func kernelFolder(
    in store: ImageStore, telling tell: (String) -> Void
  ) async throws(LabError) -> String {
    if let kept = store.newest(beginning: "linux-") { return kept }
    let package = try await Packages.kernel(of: "linux-image-cloud-amd64")
    tell("downloading \(package), 27 MB; it is unpacked, not installed")
    let name = "linux-" + package.dropFirst("linux-image-".count)
    try await store.make(name) { folder throws(LabError) in
      try await Packages.unpack([package], in: folder)
      _ = try await World.own.run(["sh", "-c", Self.choosing, "sh", folder])
    }
    return name
  }

  /// Of the package, the kernel and the modules of the network's virtual devices are kept.
  private static let choosing = """
    set -e; cd "$1"
    mv unpacked/boot/vmlinuz-* vmlinuz
    \(Packages.keeping(GuestInit.modules + ["xen-netfront"], in: "."))
    rm -r unpacked
    """

  /// Makes a guest's first file system of these parts.
  ///
  /// - Parameter modules: Patterns of the modules' paths.
  static func makeFileSystem(
    at folder: String, sender: String, modules: [String]
  ) async throws(LabError) {
    guard let busybox = Program.path(of: "busybox") else {
      throw .missingPackages(programs: ["busybox"], packages: ["busybox-static"])
    }
    let script = """
      set -e; cd "$1"; mkdir -p root/bin root/lib root/proc root/sys root/dev root/tmp
      cp "$2" root/bin/busybox; cp "$3" root/bin/nemotop-send; shift 3; cp "$@" root/lib
      cat >root/init; chmod 755 root/init root/bin/*
      cd root; find . | cpio --quiet --owner +0:+0 -o -H newc >../initramfs; cd ..; rm -r root
      """
    _ = try await World.own.run(
      ["sh", "-c", script, "sh", folder, busybox, sender] + modules, input: GuestInit.script)
  }

  /// What tells one version of a file from another.
  static func stamp(_ path: String) -> String {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(path) \(attributes?[.size] as? Int ?? 0) \(time)"
  }

  /// FNV-1a, 64 bits: names, not secrets.
  static func fingerprint(of parts: [String]) -> String {
    let hash = parts.joined(separator: "\n").utf8.reduce(0xcbf2_9ce4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return String(hash, radix: 16)
  }
}
