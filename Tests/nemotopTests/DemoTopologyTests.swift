import Foundation
import Testing

/// The other ways to attach a guest: what a move to another server does to its stream, and what is said of it.
@Suite(.serialized) struct DemoTopologyTests {
  /// Two moves, to the second server and back.
  private func run(_ topology: String) async throws -> (output: String, marks: [[String: String]]) {
    let folder = try TemporaryFolder()
    let out = folder.path + "/out"
    let demo = try await Program.run(
      "demo", "--text", "--topology", topology, "--moves", "2", "--every", "2500ms", "--rate",
      "100",
      "--out", out)
    #expect(demo.status == 0, "\(demo.error)")
    let analysis = try await Program.run("analyze", out)
    #expect(analysis.status == 0, "\(analysis.error)")
    return (analysis.output, try table(out + "/marks.csv"))
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(1)))
  func `on one segment a move is seen by the guest's announcement, and nothing is lost`()
    async throws
  {
    let (output, marks) = try await run("bridged")
    #expect(output.contains("xen1 → xen2") && output.contains("xen2 → xen1"))
    #expect(output.contains("delivered") && output.contains(", lost 0\n"))
    let announced = marks.filter { $0["kind"] == "announce" && $0["point"] == "xen2" }
    #expect(announced.contains { $0["detail"]?.contains("2001:db8:42::10") == true })
    #expect(!marks.contains { ["cut", "renamed"].contains($0["kind"]) })
  }

  @Test(.needsNamespaces, .needs("nft"), .timeLimit(.minutes(1)))
  func `a guest whose prefix is routed to the first server is cut off on the second`() async throws
  {
    let (output, marks) = try await run("routed")
    #expect(marks.filter { $0["kind"] == "cut" }.count == 1)
    #expect(marks.filter { $0["kind"] == "restored" }.count == 1)
    #expect(output.contains("cut off: last at cn, sent on at xen2.vif"))
    #expect(output.contains("back at"))
    #expect(!marks.contains { $0["kind"] == "renamed" })
  }

  @Test(.needsNamespaces, .needs("nft"), .timeLimit(.minutes(1)))
  func `behind NAT the stream goes on under the other server's address`() async throws {
    let (output, marks) = try await run("nat")
    #expect(
      marks.filter { $0["kind"] == "renamed" }.map { $0["stream"] } == [
        "[2001:db8:2::1]:5004>[2001:db8:cc::1]:5004", "[2001:db8:1::1]:5004>[2001:db8:cc::1]:5004",
      ])
    #expect(output.contains("goes on from [2001:db8:1::1]:5004"))
    #expect(!marks.contains { $0["kind"] == "cut" })
  }

  @Test(arguments: [
    ["--topology", "star"], ["--topology", "nat", "--fault", "loss:0.1"],
    ["--topology", "routed", "--hold"], ["--topology", "bridged", "--simulated"],
  ])
  func `what a topology cannot do is refused`(options: [String]) async throws {
    let demo = try await Program.run([Program.nemotop, "demo", "--text"] + options)
    #expect(demo.status == 64)
    #expect(demo.complaints.count == 1)
  }
}
