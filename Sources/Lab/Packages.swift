import Foundation

/// Packages of Debian's, downloaded and unpacked, not installed.
package enum Packages {
  /// The package of the kernel that a metapackage stands for.
  package static func kernel(of metapackage: String) async throws(LabError) -> String {
    for program in ["apt-cache", "apt-get", "dpkg-deb"] where Program.path(of: program) == nil {
      throw .missingPackages(programs: [program], packages: [])
    }
    let dependencies = try await World.own.run(
      ["apt-cache", "depends", "--important", metapackage])
    guard let package = kernel(in: dependencies) else {
      throw .commandFailed(
        command: "apt-cache depends \(metapackage)", reason: "names no kernel: run apt-get update")
    }
    return package
  }

  package static func kernel(in dependencies: String) -> String? {
    dependencies.split(separator: "\n").lazy.compactMap { line -> String? in
      let words = line.split(separator: " ")
      guard words.count == 2, words[0] == "Depends:", words[1].hasPrefix("linux-image-") else {
        return nil
      }
      return String(words[1])
    }.first
  }

  /// The lines of a shell that take these modules, as far as a kernel has them, out of what was unpacked.
  package static func keeping(_ modules: [String], in folder: String) -> String {
    """
    for module in \(modules.joined(separator: " ")); do
      find unpacked/lib/modules -name "$module.ko" -exec mv {} \(folder) \\;
    done
    """
  }

  /// Puts what packages have into the folder `unpacked` of a folder.
  package static func unpack(_ packages: [String], in folder: String) async throws(LabError) {
    let script = """
      set -e; cd "$1"; shift; mkdir unpacked
      apt-get -q download "$@" >&2
      for package in ./*.deb; do dpkg-deb --extract "$package" unpacked; rm "$package"; done
      """
    _ = try await World.own.run(["sh", "-c", script, "sh", folder] + packages)
  }
}
