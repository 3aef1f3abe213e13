import Experiment
import Foundation
import Lab
import Observation
import Testing

/// A private world that a child process keeps open; only root may enter it from outside.
@Suite(
  .enabled("needs root: only root may enter the namespaces of another process") {
    guard geteuid() == 0 else { return false }
    return try await PrivateWorld.isolation().contains("--user") == false
  })
struct DemoTests {
  private func inPrivateWorld(_ body: (World) async throws -> Void) async throws {
    let isolation = try await PrivateWorld.isolation()
    let command = PrivateWorld.entry(isolation, to: ["sh", "-c", "echo ready; exec sleep 600"])
    let output = Pipe()
    let holder = try await ChildProcess.start(
      ["/usr/bin/env"] + command, output: output.fileHandleForWriting.fileDescriptor)
    defer { holder.terminate() }
    try output.fileHandleForWriting.close()
    try #require(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) != "")
    try await body(World.of(process: holder.identifier, withUsers: false))
  }

  private func expectNothingLeft(in world: World) async throws {
    let namespaces = try await world.run(["ip", "netns", "list"])
    #expect(namespaces.isEmpty)
  }

  /// A sender for tests: a datagram of 1000 bytes every 10 ms, until it is interrupted.
  private let sender = [
    "/bin/bash", "-c",
    """
    trap 'echo sent all; exit 0' INT; destination=${0#[}
    exec 3<>/dev/udp/${destination%]:*}/${destination##*:}
    while :; do printf '%1000s' datagram >&3; sleep 0.01; done
    """,
  ]

  @Test func `the guest streams through both servers in turn, and nothing is left`() async throws {
    try await inPrivateWorld { world in
      let ear = Ear()
      let schedule = Schedule(
        moves: 2, every: .milliseconds(2000), pause: .milliseconds(200),
        settling: .milliseconds(300))
      let demo = Demo(sender: sender, schedule: schedule, world: world)
      let made = try await demo.run(
        options: ObservationOptions(), watchedBy: ear.watch, telling: ear.hear)
      #expect(made == 2)
      for server in ["xen1", "xen2", "xen1.vif", "xen2.vif"] {
        #expect(ear.packets(at: server) > 0, "\(server)")
      }
      let way = ear.packets(at: "xen1") + ear.packets(at: "xen2")
      #expect(ear.packets(at: "guest") == way)
      #expect(ear.packets(at: "cn") == way)
      // The one-armed home agent sees each packet twice, tunnelled and plain.
      #expect(ear.packets(at: "ha") == 2 * way)
      #expect(
        ear.marks.filter { $0.hasPrefix("move") } == [
          "move 1: xen1 > xen2, paused", "move 1: on xen2, resumed",
          "move 2: xen2 > xen1, paused", "move 2: on xen1, resumed",
        ])
      // Each server is registered once more, and nothing else was said.
      let said = ear.marks.filter { !$0.hasPrefix("move") }
      #expect(said.map { String($0.prefix(4)) } == ["xen1", "xen2", "xen1"])
      #expect(said.allSatisfy { $0.hasSuffix("status 0 (accepted)") }, "\(said)")
      let events = ear.events.filter { if case .mobility = $0 { false } else { true } }
      #expect(
        events == [
          .sending,
          .shuttle(.moving(number: 1, from: .xen1, to: .xen2)),
          .shuttle(.moved(number: 1, from: .xen1, to: .xen2)),
          .shuttle(.moving(number: 2, from: .xen2, to: .xen1)),
          .shuttle(.moved(number: 2, from: .xen2, to: .xen1)),
          .sent(summary: "sent all"),
        ])
      try await expectNothingLeft(in: world)
    }
  }

  private let endless = Schedule(every: .seconds(600), pause: .zero, settling: .zero)

  @Test func `a sender that ends too early is an error with its last words`() async throws {
    try await inPrivateWorld { world in
      let demo = Demo(
        sender: ["/bin/sh", "-c", "echo first; echo no route >&2; exit 3"], schedule: endless,
        world: world)
      await #expect(throws: ExperimentError.senderEnded(.exited(3), saying: "no route")) {
        try await demo.run(
          options: ObservationOptions(), watchedBy: Ear().watch, telling: { _ in })
      }
      try await expectNothingLeft(in: world)
    }
  }

  @Test func `a cancelled demo ends the sender and removes the network`() async throws {
    try await inPrivateWorld { world in
      let ear = Ear()
      let (sending, began) = AsyncStream.makeStream(of: Void.self)
      let running = Task {
        try await Demo(sender: sender, schedule: endless, world: world).run(
          options: ObservationOptions(), watchedBy: ear.watch,
          telling: { event in
            ear.hear(event)
            if event == .sending { began.finish() }
          })
      }
      for await _ in sending {}
      running.cancel()
      let made = try await running.value
      #expect(made == 0)
      guard case .sent = ear.events.last else {
        Issue.record("the sender did not end as it should")
        return
      }
      try await expectNothingLeft(in: world)
    }
  }

  @Test func `a watch that ends, or fails, ends the demo`() async throws {
    struct Blind: Error {}
    try await inPrivateWorld { world in
      let demo = Demo(sender: sender, schedule: endless, world: world)
      let made = try await demo.run(
        options: ObservationOptions(), watchedBy: { _ in }, telling: { _ in })
      #expect(made == 0)
      try await expectNothingLeft(in: world)
      await #expect(throws: Blind.self) {
        try await demo.run(
          options: ObservationOptions(), watchedBy: { _ in throw Blind() }, telling: { _ in })
      }
      try await expectNothingLeft(in: world)
    }
  }
}
