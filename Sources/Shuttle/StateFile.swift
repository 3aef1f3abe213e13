import Foundation

/// The file that a shuttle's state is kept in, JSON that is replaced as a whole.
///
/// As long as it is held, no other shuttle can hold it: a lock lies in `FILE.lock`.
package struct StateFile: Sendable {
  package let path: String
  private let lock: FileLock

  /// Holds the file, which need not be there yet.
  package init(path: String) throws(ShuttleError) {
    self.path = path
    lock = try FileLock(path: path + ".lock", of: path)
  }

  /// The state in the file; nil where there is no file.
  package func read() throws(ShuttleError) -> ShuttleState? {
    try Self.read(path)
  }

  /// The state in a file that another shuttle may hold; nil where there is no file.
  package static func read(_ path: String) throws(ShuttleError) -> ShuttleState? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .secondsSince1970
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      let state = try decoder.decode(ShuttleState.self, from: data)
      guard state.isPossible else {
        throw ShuttleError.badState(path: path, reason: "no shuttle made so many moves, or then")
      }
      return state
    } catch let error as ShuttleError {
      throw error
    } catch is DecodingError {
      throw .badState(path: path, reason: "it is no shuttle's")
    } catch {
      throw .badState(path: path, reason: error.localizedDescription)
    }
  }

  /// Puts a state in the place of the one before.
  func write(_ state: ShuttleState) throws(ShuttleError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    encoder.dateEncodingStrategy = .secondsSince1970
    do {
      try encoder.encode(state).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw .cannotWriteState(path: path, reason: error.localizedDescription)
    }
  }
}
