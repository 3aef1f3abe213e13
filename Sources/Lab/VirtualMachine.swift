import Foundation

/// A machine of QEMU's: a process in a server's network namespace, connected to a TAP there.
package struct VirtualMachine: Sendable {
  package let process: ChildProcess
  /// The socket of its serial console.
  package let console: String
  private let output: FileHandle

  /// Starts one.
  ///
  /// - Parameters:
  ///   - arguments: QEMU's, beyond those of all machines here.
  ///   - folder: Of its own, where its sockets lie.
  package static func start(
    _ arguments: [String], in folder: String, _ namespace: NetworkNamespace
  ) async throws(LabError) -> VirtualMachine {
    guard let program = Program.path(of: "qemu-system-x86_64") else {
      throw .missingPackages(programs: ["qemu-system-x86_64"], packages: ["qemu-system-x86"])
    }
    let console = folder + "/console"
    try? FileManager.default.removeItem(atPath: folder)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .cannotKeep(path: folder, reason: "it cannot be written to")
    }
    let pipe = Pipe()
    let process = try await ChildProcess.start(
      [program] + commonArguments(console: console) + arguments, in: namespace,
      output: pipe.fileHandleForWriting.fileDescriptor,
      error: pipe.fileHandleForWriting.fileDescriptor)
    try? pipe.fileHandleForWriting.close()
    return VirtualMachine(process: process, console: console, output: pipe.fileHandleForReading)
  }

  /// Of a machine of Intel's kind that is emulated, so that it runs everywhere and the same.
  private static func commonArguments(console: String) -> [String] {
    [
      "-machine", "q35", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
      "-chardev", "socket,id=console,path=\(console),server=on,wait=off",
      "-serial", "chardev:console",
    ]
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
