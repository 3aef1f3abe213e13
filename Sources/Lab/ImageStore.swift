import Foundation

/// Where the kernel and the first file system of virtual machines are kept: made once, used by every run.
package struct ImageStore: Sendable, Hashable {
  package let folder: String

  package init(folder: String) {
    self.folder = folder
  }

  /// `$XDG_CACHE_HOME/nemotop`, else `~/.cache/nemotop`.
  package static var standard: ImageStore {
    let environment = ProcessInfo.processInfo.environment
    let named = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let caches = named ?? NSHomeDirectory() + "/.cache"
    return ImageStore(folder: caches + "/nemotop")
  }

  /// A file or folder that is kept.
  package struct Item: Sendable, Hashable {
    package var name: String
    /// All of it together.
    package var bytes: Int
  }

  /// What is kept, by name.
  package func items() -> [Item] {
    names.map { Item(name: $0, bytes: Self.bytes(at: path(of: $0))) }
  }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// Removes all of it, and gives what that was.
  package func clean() throws(LabError) -> [Item] {
    let items = items()
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      throw .cannotKeep(path: folder, reason: "it cannot be removed")
    }
    return items
  }

  package func path(of name: String) -> String { folder + "/" + name }

  package func contains(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path(of: name))
  }

  /// The newest by name of what is there whole with this beginning; nil where there is none.
  package func newest(beginning prefix: String) -> String? {
    names.filter { $0.hasPrefix(prefix) && !$0.hasSuffix(Self.unfinished) }
      .max { $0.compare($1, options: .numeric) == .orderedAscending }
  }

  private static let unfinished = ".part"

  /// Makes an item in a folder of its own beside it, which becomes the item when it is whole: whoever is
  /// interrupted leaves nothing that could be taken for it, and of two that make the same, one is kept.
  package func make(
    _ name: String, by work: (_ folder: String) async throws(LabError) -> Void
  ) async throws(LabError) {
    let temporary = path(of: "\(name).\(UUID().uuidString)\(Self.unfinished)")
    do {
      try FileManager.default.createDirectory(
        atPath: temporary, withIntermediateDirectories: true)
    } catch {
      throw .cannotKeep(path: folder, reason: "it cannot be written to")
    }
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    do throws(LabError) {
      try await work(temporary)
    } catch .commandFailed(_, let reason) {
      // The command is a script.
      throw .commandFailed(command: "making \(name) in \(folder)", reason: reason)
    }
    do {
      try FileManager.default.moveItem(atPath: temporary, toPath: path(of: name))
    } catch {
      guard contains(name) else {
        throw .cannotKeep(path: folder, reason: "it cannot be written to")
      }
    }
  }

  private static func bytes(at path: String) -> Int {
    let manager = FileManager.default
    func size(_ path: String) -> Int {
      (try? manager.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    }
    let names = manager.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.isEmpty ? size(path) : names.reduce(0) { $0 + size(path + "/" + $1) }
  }
}
