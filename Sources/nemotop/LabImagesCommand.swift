import ArgumentParser
import Lab

/// `nemotop lab images`: what virtual machines run from.
struct LabImages: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "Makes what virtual machines run from, and shows what is kept of it.",
    discussion: """
      Debian's cloud kernel is downloaded and unpacked, not installed, and a file system of busybox and \
      the static sender is made for it. Both are kept in $XDG_CACHE_HOME/nemotop, else in \
      ~/.cache/nemotop, and made anew when they are missing.

      Examples:
        nemotop lab images
        nemotop lab images --clean
      """)

  @Flag(help: "Remove them.")
  var clean = false

  func run() async throws {
    let store = ImageStore.standard
    do throws(LabError) {
      if clean {
        let removed = try store.clean()
        print(
          removed.isEmpty
            ? "nothing is kept in \(store.folder)"
            : "removed from \(store.folder): \(removed.map(\.name).joined(separator: " "))")
        return
      }
      _ = try await GuestImage.prepare(sender: GuestImage.senderPath, in: store) { note($0) }
      print("in \(store.folder):")
      for item in store.items() { print("\(item.name)  \((item.bytes + 500_000) / 1_000_000) MB") }
    } catch {
      throw Failure(error).told()
    }
  }
}
