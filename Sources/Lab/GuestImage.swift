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
  private static let metapackage = "linux-image-cloud-amd64"

  /// The static sender, which is built beside this program.
  package static var senderPath: String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = URL(fileURLWithPath: link ?? CommandLine.arguments[0]).deletingLastPathComponent()
    return folder.path + "/nemotop-send"
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
    let missing = needs.filter { Program.path(of: $0.program) == nil }
    guard missing.isEmpty else {
      throw .missingPackages(
        programs: missing.map(\.program), packages: missing.map(\.package))
    }
    guard FileManager.default.isExecutableFile(atPath: sender) else {
      throw .cannotStart(program: sender, reason: "it is not there; build it with swift build")
    }
    let system = try await kernelFolder(in: store, telling: tell)
    guard let busybox = Program.path(of: "busybox") else {
      throw .missingPackages(programs: ["busybox"], packages: ["busybox-static"])
    }
    let parts = [busybox, sender].map(Self.stamp)
    let name = "guest-\(fingerprint(of: parts + [system, GuestInit.script]))"
    if !FileManager.default.fileExists(atPath: store.path(of: name)) {
      tell("making the guest's file system in \(store.folder)")
      try await store.make(name) { folder throws(LabError) in
        try await makeFileSystem(
          at: folder, busybox: busybox, sender: sender, modules: store.path(of: system))
      }
    }
    return GuestImage(
      kernel: store.path(of: system) + "/vmlinuz", fileSystem: store.path(of: name) + "/initramfs")
  }

  /// The folder with `vmlinuz` and the modules, by its name.
  private static func kernelFolder(
    in store: ImageStore, telling tell: (String) -> Void
  ) async throws(LabError) -> String {
    if let kept = store.newest(beginning: "linux-") { return kept }
    for program in ["apt-cache", "apt-get", "dpkg"] where Program.path(of: program) == nil {
      throw .missingPackages(programs: [program], packages: [])
    }
    let dependencies = try await World.own.run(
      ["apt-cache", "depends", "--important", metapackage])
    guard let package = Self.kernelPackage(in: dependencies) else {
      throw .commandFailed(
        command: "apt-cache depends \(metapackage)",
        reason: "names no kernel: run apt-get update")
    }
    tell("downloading \(package), 27 MB; it is unpacked, not installed")
    let name = String(package.dropFirst("linux-image-".count))
    try await store.make("linux-" + name) { folder throws(LabError) in
      _ = try await World.own.run(["sh", "-c", Self.unpacking, "sh", folder, package])
    }
    return "linux-" + name
  }

  /// The package that the metapackage stands for.
  package static func kernelPackage(in dependencies: String) -> String? {
    dependencies.split(separator: "\n").lazy.compactMap { line -> String? in
      let words = line.split(separator: " ")
      guard words.count == 2, words[0] == "Depends:", words[1].hasPrefix("linux-image-") else {
        return nil
      }
      return String(words[1])
    }.first
  }

  /// Of the package, the kernel and the modules of the network's virtual device are kept.
  private static let unpacking = """
    set -e; cd "$1"
    apt-get -q download "$2" >&2
    dpkg-deb --extract ./"$2"_*.deb unpacked
    mv unpacked/boot/vmlinuz-* vmlinuz
    for module in \(GuestInit.modules.joined(separator: " ")); do
      find unpacked -name "$module.ko" -exec mv {} . \\;
    done
    rm -r unpacked ./*.deb
    """

  private static func makeFileSystem(
    at folder: String, busybox: String, sender: String, modules: String
  ) async throws(LabError) {
    let script = """
      set -e; cd "$1"; mkdir -p root/bin root/lib root/proc root/sys root/dev root/tmp
      cp "$2" root/bin/busybox; cp "$3" root/bin/nemotop-send; cp "$4"/*.ko root/lib
      cat >root/init; chmod 755 root/init root/bin/*
      cd root; find . | cpio --quiet --owner +0:+0 -o -H newc >../initramfs; cd ..; rm -r root
      """
    _ = try await World.own.run(
      ["sh", "-c", script, "sh", folder, busybox, sender, modules], input: GuestInit.script)
  }

  /// What tells one version of a file from another.
  private static func stamp(_ path: String) -> String {
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
