import ArgumentParser
import Foundation
import Observation
import Report

/// `nemotop report`: one HTML file that tells of the moves.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "One HTML file with the plots, the tables and a drawing of each move.",
    discussion: """
      Takes the sources that log takes, and tells of them once all have ended, or the program is \
      interrupted (^C): where the stream was and at what rate, each move lane by lane, what it was \
      made of and what it lost, how that is distributed over the moves, and what clocks and captures \
      can answer for. The file needs nothing from elsewhere: it can be mailed, printed and read on a \
      phone. One that is there already is left alone, unless --force is given.

      Examples:
        nemotop report DIR --output report.html
        nemotop report xen1=xen1.pcap xen2=xen2.pcap cn=cn.pcap --title 'Tuesday, second run'
      """)

  @OptionGroup var observation: ObservationArguments

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the report to this file, or - .", valueName: "file"))
  var output = "report.html"

  @Option(help: "The report's heading.")
  var title: String?

  @Flag(help: "Replace the file, if it is there.")
  var force = false

  func run() async throws {
    try await telling {
      let file = ReportFile(path: output, replaces: force)
      try file.check()
      let observation = try observation.open()
      let stopper = stopping(observation)
      defer { stopper.cancel() }
      var failures = PointFailures()
      var builder = ReportBuilder(points: observation.points)
      for await observed in observation.updates {
        builder.take(observed)
        await failures.tellEnds(observation)
      }
      let content = builder.finish()
      try file.write(content.html(title: title))
      if output != "-" {
        let count = content.moves.count
        note("\(output): \(count) \(count == 1 ? "move" : "moves")")
      }
      try await failures.conclude(observation)
    }
  }
}

/// Where a report goes.
struct ReportFile {
  /// A file, or `-` for the standard output.
  var path: String
  var replaces = false

  /// Finds out before the work whether the report can be written there.
  func check() throws {
    guard path != "-" else { return }
    let files = FileManager.default
    var isFolder: ObjCBool = false
    if unsafe files.fileExists(atPath: path, isDirectory: &isFolder) {
      if isFolder.boolValue {
        throw Failure("\(path) is a folder: name a file in it, such as \(path)/report.html")
      }
      if !replaces { throw alreadyThere }
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard files.fileExists(atPath: folder) else {
      throw Failure("no folder \(folder): make it first")
    }
    guard files.isWritableFile(atPath: folder) else {
      throw Failure("no permission for \(path): choose another place")
    }
  }

  /// Writes the report as a whole or not at all.
  func write(_ text: String) throws {
    let data = Data(text.utf8)
    if path == "-" {
      do {
        try FileHandle.standardOutput.write(contentsOf: data)
      } catch {
        throw Failure("standard output was closed by its reader: the report is not whole")
      }
      return
    }
    let files = FileManager.default
    // What is complete is put in its place at once; another file of that name stops that.
    let part = path + ".part-\(ProcessInfo.processInfo.processIdentifier)"
    do {
      try data.write(to: URL(fileURLWithPath: part))
      if replaces { try? files.removeItem(atPath: path) }
      try files.moveItem(atPath: part, toPath: path)
    } catch {
      try? files.removeItem(atPath: part)
      if files.fileExists(atPath: path), !replaces { throw alreadyThere }
      let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
      throw Failure(
        isFull
          ? "no space left for \(path): free some space"
          : "cannot write \(path): choose another place")
    }
  }

  private var alreadyThere: Failure {
    Failure("\(path) is there already: name another file, or replace it with --force")
  }
}
