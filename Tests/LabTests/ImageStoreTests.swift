import Foundation
import Lab
import Testing

struct ImageStoreTests {
  private let store = ImageStore(
    folder: NSTemporaryDirectory() + "nemotop-test-images-" + UUID().uuidString)

  private func make(_ name: String, _ content: String) async throws {
    try await store.make(name) { folder throws(LabError) in
      _ = FileManager.default.createFile(atPath: folder + "/file", contents: Data(content.utf8))
    }
  }

  @Test func `keeps what was made whole, and gives the newest by its number`() async throws {
    defer { _ = try? store.clean() }
    #expect(store.items().isEmpty && store.newest(beginning: "linux-") == nil)
    for version in ["6.1.0-9", "6.1.0-56", "6.1.0-10"] { try await make("linux-\(version)", "abc") }
    try await make("other", "abcd")
    #expect(store.newest(beginning: "linux-") == "linux-6.1.0-56")
    #expect(store.items().first { $0.name == "other" }?.bytes == 4)
    await #expect(throws: LabError.notUp(namespaces: [])) {
      try await store.make("linux-7") { _ throws(LabError) in throw .notUp(namespaces: []) }
    }
    #expect(store.items().map(\.name).filter { $0.hasPrefix("linux-7") }.isEmpty)
    // Somebody else was quicker: one is kept.
    try await make("other", "another")
    #expect(store.items().count == 4)
    #expect(try store.clean().count == 4)
    #expect(try store.clean().isEmpty)
  }

  @Test func `what was interrupted is not taken for whole`() throws {
    defer { _ = try? store.clean() }
    try FileManager.default.createDirectory(
      atPath: store.folder + "/linux-9.x.part", withIntermediateDirectories: true)
    #expect(store.newest(beginning: "linux-") == nil)
  }

  @Test func `says where it may not write`() async {
    let store = ImageStore(folder: "/proc/nemotop")
    await #expect(
      throws: LabError.cannotKeep(path: "/proc/nemotop", reason: "it cannot be written to")
    ) {
      try await store.make("a") { _ throws(LabError) in }
    }
  }

  @Test(arguments: [
    (
      "linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-56-cloud-amd64\n",
      "linux-image-6.1.0-56-cloud-amd64"
    ),
    ("linux-image-cloud-amd64\n  Depends: other\n Depends: linux-image-7\n", "linux-image-7"),
    ("", nil), ("linux-image-cloud-amd64\n  Suggests: linux-image-7\n", nil),
  ])
  func `the kernel's package is what the metapackage depends on`(text: String, package: String?) {
    #expect(Packages.kernel(in: text) == package)
  }
}
