/// Why records could not be written or read. The commands word it.
package enum RecordError: Error, Equatable, Sendable {
  /// The folder that was to hold the path is not there.
  case noSuchFolder(String)
  case noPermission(String)
  /// Records are there already: nothing is overwritten.
  case alreadyRecorded(String)
  case diskFull(String)
  /// Nobody reads the pipe any more.
  case closedPipe(String)
  case cannotOpen(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  case notARecording(path: String, reason: String)
  /// Records of a version of the schema that is not known here.
  case newerVersion(path: String, version: Int)
  /// A complete line, counted from 1, that is no record.
  case malformed(path: String, line: Int, reason: String)
}
