// swift-tools-version: 6.2
import PackageDescription

/// Every target is Swift 6, strict about memory, and free of warnings.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func module(
  _ name: String, on dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(
  of name: String, on dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.init(stringLiteral: name)] + dependencies,
    resources: resources, swiftSettings: strict)
}

let package = Package(
  name: "nemotop",
  products: [
    .executable(name: "nemotop", targets: ["nemotop"]),
    .executable(name: "nemotop-send", targets: ["nemotop-send"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),

    module("Wire"),
    module("Sequences", on: ["Wire"]),
    module("Streams", on: ["CLinux", "Sequences", "Wire"]),
    module("Moves", on: ["Streams", "Sequences", "Wire"]),
    module("Records", on: ["Moves", "Streams", "Sequences", "Wire"]),
    module("Analysis", on: ["Records", "Moves", "Streams", "Sequences", "Wire"]),
    module("Capture", on: ["CPcap", "CLinux", "Streams", "Wire"]),
    module("Observation", on: ["Capture", "Records", "Moves", "Streams", "Wire", subprocess]),
    module("Generator", on: ["CLinux", "Streams", "Sequences", "Wire"]),
    module("Simulation", on: ["Wire"]),
    module("Screen"),
    module("Curses", on: ["CNcurses", "Screen"]),
    module(
      "Dashboard",
      on: ["Records", "Moves", "Streams", "Sequences", "Wire", "Screen", yams],
      resources: ["demo", "ntop", "moves", "loss", "minimal"].map {
        .embedInCode("Layouts/\($0).yaml")
      }),
    module("HostNames", on: ["Wire"]),
    module("Report", on: ["Analysis", "Records", "Moves", "Streams", "Sequences", "Wire"]),
    module("Mobility", on: ["Wire"]),
    module("Router", on: ["CLinux", "Mobility", "Wire"]),
    module("Daemons", on: ["CLinux", "Router", "Mobility", "Wire", yams]),
    module("Lab", on: ["CLinux", subprocess, system]),
    module("Shuttle", on: ["Moves", "Simulation", "Wire", subprocess]),
    module(
      "Experiment",
      on: [
        "Lab", "Router", "Mobility", "Shuttle", "Observation", "Simulation", "Capture", "Moves",
        "Streams", "Wire",
      ]),
    .executableTarget(
      name: "nemotop",
      dependencies: [
        argumentParser, "Analysis", "Observation", "Capture", "Records", "Moves", "Streams", "Wire",
        "Generator", "Simulation", "Screen", "Curses", "Dashboard", "HostNames", "Report", "Lab",
        "Experiment",
        "Daemons", "Router", "Mobility", "Shuttle",
      ],
      swiftSettings: strict),
    .executableTarget(name: "PcapLoop", dependencies: ["CPcap"]),
    .executableTarget(name: "LeastLoop"),
    .executableTarget(
      name: "CountLoop", dependencies: ["Capture", "Streams", "Wire"], swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-static-stdlib"])]),
    .executableTarget(name: "SendLoop", cSettings: [.define("_GNU_SOURCE")]),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        argumentParser, "CLinux", "Capture", "Lab", "Simulation", "Streams", "Wire", "PcapLoop",
        "LeastLoop", "CountLoop", "SendLoop", "nemotop", "nemotop-send",
      ],
      swiftSettings: strict + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),
    .executableTarget(
      name: "nemotop-send",
      dependencies: ["Generator"],
      swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-static-executable"])]),

    tests(of: "Wire"),
    tests(of: "Sequences", on: ["Wire"]),
    tests(of: "Streams", on: ["Sequences", "Wire"]),
    tests(of: "Moves", on: ["Simulation", "Streams", "Sequences", "Wire"]),
    tests(of: "Records", on: ["Moves", "Streams", "Sequences", "Wire"]),
    tests(
      of: "Analysis", on: ["Records", "Moves", "Simulation", "Streams", "Sequences", "Wire"]),
    tests(of: "Capture", on: ["Streams", "Wire"]),
    tests(
      of: "Observation",
      on: ["Capture", "Records", "Moves", "Simulation", "Streams", "Wire"]),
    tests(of: "Generator", on: ["Streams", "Sequences", "Wire"]),
    tests(of: "Simulation", on: ["Wire"]),
    tests(of: "Screen"),
    tests(
      of: "Dashboard",
      on: ["Records", "Moves", "Simulation", "Sequences", "Streams", "Wire", "Screen"],
      resources: [.copy("Screens")]),
    tests(of: "HostNames", on: ["Wire"]),
    tests(
      of: "Report", on: ["Records", "Moves", "Sequences", "Streams", "Wire", subprocess]),
    tests(of: "Mobility", on: ["Wire", subprocess]),
    .target(
      name: "LabTesting", dependencies: ["Lab"], path: "Tests/LabTesting", swiftSettings: strict),
    tests(of: "Router", on: ["Lab", "LabTesting", "Mobility", "Wire"]),
    tests(of: "Daemons", on: ["Mobility", "Router", "Wire"]),
    tests(of: "Lab", on: ["LabTesting"]),
    tests(of: "Shuttle", on: ["Lab", "LabTesting", "Wire"]),
    tests(
      of: "Experiment", on: ["Lab", "Simulation", "Observation", "Moves", "Streams", "Wire"]),
    tests(
      of: "nemotop", on: ["Lab", "LabTesting", subprocess], resources: [.copy("Recordings")]),
    tests(of: "Benchmarks", on: [argumentParser, "Capture", "Streams", "Wire"]),
  ]
)

// The fuzz target is built only where it is asked for: libFuzzer brings the program's entry.
if Context.environment["FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "Fuzz",
      dependencies: ["Capture", "Records", "Moves", "Streams", "Sequences", "Wire"],
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
