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
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
  ],
  targets: [
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
    module("Wire"),
    module("Sequences", on: ["Wire"]),
    module("Streams", on: ["Sequences", "Wire"]),
    module("Moves", on: ["Streams", "Sequences", "Wire"]),
    module("Screen"),
    module("Curses", on: ["CNcurses", "Screen"]),
    module("Dashboard", on: ["Moves", "Streams", "Wire", "Screen", yams], resources: [.embedInCode("Layouts/demo.yaml")]),
    tests(of: "Screen"),
    .executableTarget(name: "Player", dependencies: ["Curses", "Dashboard", "Moves", "Sequences", "Screen", "Streams", "Wire"], path: "Player", swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]),
    tests(of: "Dashboard", on: ["Moves", "Sequences", "Streams", "Wire", "Screen"]),
  ]
)
