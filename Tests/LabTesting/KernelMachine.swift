import Foundation
import Lab

/// A machine of QEMU's with Debian's cloud kernel, in which a shell's lines run with programs of this machine's: for
/// what this machine's own kernel does not have. It sees no network but those that the lines make.
package struct KernelMachine: Sendable {
  /// It did not come to the end of the lines.
  package struct Unfinished: Error {
    package var said: String
  }

  /// Paths of programs, which are there with their libraries, beside busybox, bash, ip and nft.
  package var programs: [String]
  /// Files and folders that are there in the places that they have here.
  package var files: [String]
  /// For how long it may run.
  package var limit = 100

  package init(programs: [String] = [], files: [String] = []) {
    self.programs = programs
    self.files = files
  }

  /// Of virtual networks and their filters. Each needs none but those before it.
  private static let modules = [
    "llc", "stp", "bridge", "veth", "tun", "tunnel6", "ip6_tunnel", "libcrc32c", "nfnetlink",
    "nf_tables",
  ]

  /// What the lines, which bash runs, write to their standard output and error; they have to end with status 0.
  package func run(_ lines: String) async throws -> String {
    let store = ImageStore.standard
    let system = store.path(of: try await Self.kernel(in: store))
    let folder = NSTemporaryDirectory() + "nemotop-machine-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try lines.write(toFile: folder + "/lines", atomically: true, encoding: .utf8)
    let present = programs + ["busybox", "bash", "ip", "nft"]
    _ = try await World.own.run(
      ["sh", "-c", Self.making, "sh", folder, system, present.joined(separator: " ")] + files,
      input: Self.start)
    var complaint = ""
    do {
      _ = try await World.own.run([
        "timeout", "\(limit)", "qemu-system-x86_64", "-machine", "q35", "-nodefaults",
        "-no-user-config", "-display", "none", "-no-reboot", "-accel", "tcg,thread=multi", "-cpu",
        "max", "-smp", "2", "-m", "1024", "-serial", "file:\(folder)/said", "-kernel",
        system + "/vmlinuz", "-initrd", folder + "/initramfs", "-append",
        "console=ttyS0 quiet loglevel=0 panic=-1 random.trust_cpu=on mitigations=off",
      ])
    } catch { complaint = "\(error)" }
    let said = try String(contentsOfFile: folder + "/said", encoding: .utf8)
      .replacing("\r\n", with: "\n")
    guard let end = said.range(of: "ended 0\n", options: .backwards) else {
      throw Unfinished(said: said + complaint)
    }
    return String(said[..<end.lowerBound])
  }

  /// The name of the folder with the kernel and its modules, which is made once.
  private static func kernel(in store: ImageStore) async throws -> String {
    if let kept = store.newest(beginning: "tests-linux-") { return kept }
    let package = try await Packages.kernel(of: "linux-image-cloud-amd64")
    let name = "tests-" + package.replacing("-image", with: "")
    let choosing = """
      set -e; cd "$1"; mv unpacked/boot/vmlinuz-* vmlinuz
      \(Packages.keeping(modules, in: "."))
      rm -r unpacked
      """
    try await store.make(name) { folder throws(LabError) in
      try await Packages.unpack([package], in: folder)
      _ = try await World.own.run(["sh", "-c", choosing, "sh", folder])
    }
    return name
  }

  /// The script that makes the first file system: its folder, the kernel's, the programs, and files; the first program
  /// on its input. Swift's libraries and the loader stand where `ldd` finds them here.
  private static let making = #"""
    set -e; cd "$1"; system=$2; programs=$3; shift 3
    mkdir -p root/bin root/modules root/proc root/sys root/dev root/tmp root/run root/usr
    ln -s ../bin root/usr/bin; ln -s ../bin root/usr/sbin
    for program in $programs; do
      path=$(command -v $program); cp -L $path root/bin
      { ldd $path 2>/dev/null || :; } | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^\t\(\/[^ ]*\) (.*/\1/p'
    done | sort -u | while read -r library; do
      mkdir -p root$(dirname $library); cp -L $library root$library
    done
    cp $system/*.ko root/modules; cp lines root/lines
    for file; do mkdir -p "root$(dirname "$file")"; cp -r "$file" "root$file"; done
    cat >root/init; chmod 755 root/init
    cd root; find . | cpio --quiet --owner +0:+0 -o -H newc >../initramfs; cd ..; rm -r root
    """#

  /// The first program. Busybox stands in for what is not there, but not for a shell, whose `ip` would be its own.
  private static let start = """
    #!/bin/busybox sh
    /bin/busybox mkdir /applets; /bin/busybox --install -s /applets
    export PATH=/bin:/applets HOME=/tmp LC_ALL=C
    ln -s bash /bin/sh
    mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev
    mount -t tmpfs tmpfs /run
    for module in \(modules.joined(separator: " ")); do insmod /modules/$module.ko; done
    ip link set lo up
    cd /tmp; bash /lines 2>&1; echo "ended $?"
    poweroff -f

    """
}
