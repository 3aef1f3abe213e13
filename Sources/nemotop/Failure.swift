import ArgumentParser
import Capture
import Daemons
import Foundation
import Generator
import Observation
import Records
import Router
import Streams

/// A failure in the words of the user: one line that says what was wrong with what, and how to mend
/// it.
struct Failure: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) {
    self.description = description
  }

  /// Tells the failure on standard error, and gives what ends the program with it.
  func told() -> ExitCode {
    note(description)
    return .failure
  }
}

/// One line on standard error, after the program's name.
func note(_ line: String) {
  try? FileHandle.standardError.write(contentsOf: Data("nemotop: \(line)\n".utf8))
}

/// Runs a command's work: a failure becomes one line on standard error and exit status 1.
func telling<Result>(_ work: () async throws -> Result) async throws -> Result {
  do {
    return try await work()
  } catch let failure as Failure {
    throw failure.told()
  } catch let error as CaptureError {
    throw Failure(error).told()
  } catch let error as RecordError {
    throw Failure(error).told()
  } catch let error as DaemonError {
    throw Failure(error).told()
  } catch let error as RouterError {
    throw Failure(error.words).told()
  } catch let error as GeneratorError {
    throw Failure(error.message).told()
  } catch let error as ObservationError {
    throw Failure(error).told()
  } catch let error as SourceError {
    let failure = Failure(error)
    if error.isUsage { throw ValidationError(failure.description) }
    throw failure.told()
  }
}

extension Failure {
  init(_ error: CaptureError) {
    switch error {
    case .noSuchInterface(let name):
      let here = Self.presence(of: interfaceNames())
      self.init("no interface \(name): \(here); a file is named with its ending or a slash")
    case .noSuchNamespace(let path):
      let place = URL(fileURLWithPath: path)
      let folder = place.deletingLastPathComponent().path
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let here = Self.presence(of: names.sorted())
      self.init("no network namespace \(place.lastPathComponent): \(here) in \(folder)")
    case .notUp(let name):
      self.init("interface \(name) is down: set it up with 'ip link set \(name) up'")
    case .noPermission(let name):
      self.init(
        "no permission to capture on \(name): run as root, or give the program the right with "
          + "'setcap cap_net_raw,cap_net_admin+ep'")
    case .needsEthernet(let name):
      self.init(
        "no packet ring on \(name), whose frames are not Ethernet: use --capture auto or libpcap")
    case .notACapture(let path, let reason):
      self.init("\(path) is no capture file (\(reason)): give a pcap or pcapng file")
    case .isEmpty("-"):
      self.init("standard input is empty: pipe a capture into it, such as that of tcpdump -w -")
    case .isEmpty(let path):
      self.init("\(path) is empty: give a capture with at least its header")
    case .cannotOpen(let path, let reason):
      self.init("cannot open \(path): \(reason)")
    case .unsupportedLinkType(let name, let number):
      self.init("frames of link type \(name) (\(number)) cannot be decoded: capture elsewhere")
    case .badFilter(let filter, let reason):
      self.init("the filter '\(filter)' is wrong: \(reason); see pcap-filter(7)")
    case .interfaceWentAway(let name):
      self.init("interface \(name) went away")
    case .noData(let name, let reason):
      self.init("no data from \(name): \(reason)")
    case .failed(let name, let reason):
      self.init("capture on \(name) failed: \(reason)")
    case .alreadyExists(let path):
      self.init("\(path) holds packets already: name another place, or remove it")
    case .diskFull(let path):
      self.init("no space left for \(path): every packet before is whole; free some space")
    case .closedPipe(let path):
      self.init("\(path) was closed by its reader: every packet before is whole")
    case .cannotWrite(let path, let reason):
      self.init("cannot write \(path): \(reason)")
    case .noSuchFolder(let path):
      self.init("no folder \(path): make it first")
    case .noPermissionToWrite(let path):
      self.init("no permission for \(path): choose another place")
    case .brokenOff(let path):
      self.init("\(path) has no end: the run that kept it was broken off")
    }
  }

  private static func presence(of names: [String]) -> String {
    names.isEmpty ? "there is none" : "there are \(names.joined(separator: ", "))"
  }

  init(_ error: RecordError) {
    switch error {
    case .noSuchFolder(let path):
      let isThere = FileManager.default.fileExists(atPath: path)
      self.init(
        isThere
          ? "\(path) is no folder: name a folder, or a place for a new one"
          : "no folder \(path): make it first")
    case .noPermission(let path):
      self.init("no permission for \(path): choose another place")
    case .alreadyRecorded(let path):
      self.init("\(path) holds records already: name another place, or remove it")
    case .diskFull(let path):
      self.init("no space left for \(path): every record before is whole; free some space")
    case .closedPipe(let path):
      self.init("\(path) was closed by its reader: every record before is whole")
    case .cannotOpen(let path, let reason):
      self.init("cannot open \(path): \(reason)")
    case .cannotRead(let path, let reason):
      self.init("cannot read \(path): \(reason)")
    case .cannotWrite(let path, let reason):
      self.init("cannot write \(path): \(reason)")
    case .notARecording(let path, let reason):
      self.init("\(path) is no recording: \(reason)")
    case .newerVersion(let path, let version):
      self.init(
        "\(path) has records of version \(version), and this nemotop reads up to "
          + "\(RecordedPoint.version): update it")
    case .malformed(let path, let line, let reason):
      self.init("\(path), line \(line), is no record: \(reason)")
    }
  }

  init(_ error: ObservationError) {
    switch error {
    case .noSources:
      self.init("nothing to observe: name a source, such as xen1=eth0")
    case .samePoint(let name):
      self.init("two sources are called \(name): name them apart, such as xen1=eth0 xen2=eth1")
    case .sameInterface(let name, let points):
      self.init(
        "\(points.joined(separator: " and ")) are both interface \(name), whose packets would "
          + "count twice: name it once")
    case .nestedInterfaces(let names, let points):
      self.init(
        "\(points.joined(separator: " and ")) are interfaces \(names.joined(separator: " and ")) "
          + "of the same packets, which would count twice: name one of them")
    case .cannotKeep(let source):
      self.init(
        "--write keeps the packets of interfaces, and \(source.point.name) is none: leave it out, or log "
          + "without --write")
    case .noSuchPoint(let source, let points):
      self.init(
        "no point \(source.point.name) in its capture, which has \(points.joined(separator: ", ")): "
          + "name one of them, or none to have all")
    case .countedDifferently(let option, let points):
      self.init(
        "\(points.joined(separator: " and ")) were kept with different values of \(option): say "
          + "which to use")
    case .cannotCapture(_, let error):
      self.init(error)
    case .cannotRead(_, let error):
      self.init(error)
    }
  }

  init(_ error: SourceError) {
    let roles = "source, access, external, anchor or receiver"
    switch error {
    case .unknownRole(let role, let source):
      self.init("no role '\(role)' in source \(source): it is one of \(roles)")
    case .badName(let name, let source):
      self.init(
        "'\(name)' in source \(source) is no name for a point: letters, digits and . _ - : are")
    case .nothingNamed(let source):
      self.init("source '\(source)' names nothing: write NAME=WHAT, such as xen1=eth0")
    case .badNamespace(let text):
      self.init("source '\(text)' is no interface in a namespace: write netns:NAME:INTERFACE")
    case .namelessProgram(let source):
      self.init("the point of \(source) has no name: write xen1=\(source)")
    case .badProgram(let source):
      self.init("no command in source \(source): write exec:COMMAND")
    case .badRemote(let source):
      self.init("source \(source) is no interface of another host: write ssh:HOST:INTERFACE")
    case .noSuchFile(let path):
      self.init("no file \(path): give a capture, a recording or the name of an interface")
    }
  }
}
