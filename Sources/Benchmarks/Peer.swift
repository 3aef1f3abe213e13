import Foundation

/// The programs that are measured beside us, where they are installed.
enum Peer: String, CaseIterable, Sendable {
  case tcpdump, nfpcapd, softflowd, argus, tshark, iperf3, iperf

  /// Debian's package.
  var package: String {
    switch self {
    case .nfpcapd: "nfdump"
    case .argus: "argus-server"
    default: rawValue
    }
  }

  /// Its absolute path; nil where it is missing.
  var path: String? { Program.path(of: rawValue) }

  /// Says that it is missing.
  var absence: String { "\(rawValue) is missing: apt-get install \(package)" }

  /// Its version; nil where it is missing, or does not tell.
  var version: String? {
    let question =
      switch self {
      case .tcpdump, .tshark, .iperf3: "--version"
      case .iperf: "-v"
      case .nfpcapd: "-V"
      case .softflowd, .argus: "-h"
      }
    guard let path, let run = try? Child.run([path, question], atMost: .seconds(10)) else {
      return nil
    }
    return Program.version(in: run.output + "\n" + run.error)
  }
}

/// Where programs are.
enum Program {
  /// One that lies beside this one, built with it.
  static func own(_ name: String) throws(Failure) -> String {
    let path = folder + "/" + name
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Failure("\(path) is missing: build it with 'swift build -c release'")
    }
    return path
  }

  /// The absolute path of this program.
  static let this =
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""

  private static let folder = (this as NSString).deletingLastPathComponent

  /// The absolute path of an installed program; nil where there is none.
  static func path(of name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return (folders + ":/usr/local/sbin:/usr/sbin:/sbin").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// An installed program that is needed.
  static func needed(_ name: String) throws(Failure) -> String {
    guard let path = path(of: name) else { throw Failure("\(name) is missing: install it") }
    return path
  }

  /// The first word that looks like a version, such as `4.99.3`.
  static func version(in text: String) -> String? {
    text.split { $0.isWhitespace }
      .first { $0.first?.isNumber == true && $0.contains(".") }
      .map { String($0.last == "." ? $0.dropLast() : $0) }
  }
}
