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
  /// Whether this machine's systemd runs there, and runs the lines.
  package var isManaged: Bool
  /// For how many seconds it may run.
  package var limit = 150

  package init(programs: [String] = [], files: [String] = [], isManaged: Bool = false) {
    self.programs = programs
    self.files = files
    self.isManaged = isManaged
  }

  /// systemd with the targets of a machine that has nothing but services.
  private static let manager: [String] = {
    let folder = "/usr/lib/systemd"
    let targets = [
      "basic", "sysinit", "local-fs", "swap", "sockets", "timers", "paths", "slices", "multi-user",
      "network-online", "network", "shutdown",
    ]
    return ["\(folder)/systemd"] + targets.map { "\(folder)/system/\($0).target" }
  }()

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
    let present =
      programs + ["busybox", "bash", "ip", "nft"]
      + (isManaged ? ["systemctl", "mount", "umount", "/bin/kill"] : [])
    _ = try await World.own.run(
      ["sh", "-c", Self.making, "sh", folder, system, present.joined(separator: " ")] + files
        + (isManaged ? Self.manager : []), input: Self.start)
    var complaint = ""
    do {
      _ = try await World.own.run([
        "timeout", "\(limit)", "qemu-system-x86_64", "-machine", "q35", "-nodefaults",
        "-no-user-config", "-display", "none", "-no-reboot", "-accel", "tcg,thread=multi", "-cpu",
        "max", "-smp", "2", "-m", "1024", "-serial", "file:\(folder)/said", "-kernel",
        system + "/vmlinuz", "-initrd", folder + "/initramfs", "-append",
        "console=ttyS0 quiet loglevel=0 panic=-1 random.trust_cpu=on mitigations=off systemd.show_status=no",
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
  /// on its input. Libraries stand where `ldd` finds them here.
  private static let making = #"""
    set -e; cd "$1"; system=$2; programs=$3; shift 3
    mkdir -p root/usr/bin root/usr/lib root/usr/lib64 root/modules root/proc root/sys root/dev root/tmp root/run \
      root/etc/systemd/system root/var/tmp root/root
    ln -s bin root/usr/sbin; for folder in bin sbin lib lib64; do ln -s usr/$folder root/$folder; done
    for program in $programs; do cp -L $(command -v $program) root/bin; done
    for file; do mkdir -p "root$(dirname "$file")"; cp -rL "$file" "root$file"; done
    for program in $programs "$@"; do
      [ -d "$program" ] || ldd $(command -v $program) 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^\t\(\/[^ ]*\) (.*/\1/p'
    done | sort -u | while read -r library; do
      mkdir -p root$(dirname $library); cp -L $library root$library
    done
    cp $system/*.ko root/modules; cp lines root/lines
    cat >root/init; chmod 755 root/init
    cd root; find . | cpio --quiet --owner +0:+0 -o -H newc >../initramfs; cd ..; rm -r root
    """#

  /// The first program. Busybox stands in for what is not there, but not for a shell, whose `ip` would be its own.
  ///
  /// systemd gets a file system that it can make others from, which the first one is not (pivot_root(2)).
  private static let start = #"""
    #!/bin/busybox sh
    /bin/busybox mkdir /applets; /bin/busybox --install -s /applets
    export PATH=/bin:/applets HOME=/tmp LC_ALL=C
    ln -s bash /bin/sh
    mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev
    mount -t tmpfs tmpfs /run
    for module in \#(modules.joined(separator: " ")); do insmod /modules/$module.ko; done
    ip link set lo up
    run='cd /tmp; bash /lines 2>&1; echo "ended $?"; /applets/poweroff -f'
    [ -e /lib/systemd/systemd ] || eval "$run"
    umount /run /dev /sys /proc
    mkdir /new; mount -t tmpfs -o size=90% tmpfs /new
    for entry in /*; do [ $entry = /new ] || cp -a $entry /new; done
    cd /new/etc; echo 'root:x:0:0:root:/root:/bin/sh' >passwd; echo 'root:x:0:' >group; : >machine-id
    echo "$run" >/new/run.sh
    cd systemd/system; ln -s /usr/lib/systemd/system/multi-user.target default.target
    mkdir multi-user.target.wants; ln -s ../lines.service multi-user.target.wants
    cat >lines.service <<END
    [Service]
    Type=oneshot
    Environment=PATH=/bin:/applets HOME=/tmp LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_PAGER= SYSTEMD_URLIFY=0
    ExecStart=/bin/bash /run.sh
    StandardOutput=tty
    TTYPath=/dev/console
    END
    exec switch_root /new /lib/systemd/systemd

    """#
}
