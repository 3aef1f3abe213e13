import Foundation
import Testing

/// The experiment with a virtual machine that really migrates.
@Suite(
  .serialized, .needsNamespaces, .needs("nft"), .needs("qemu-system-x86_64"), .needs("busybox"),
  .needs("cpio"), .needs("apt-get"))
struct MachineGuestTests {
  @Test(.timeLimit(.minutes(3)))
  func `a machine migrates there and back, and nothing is lost`() async throws {
    let folder = try TemporaryFolder()
    let out = folder.path + "/out"
    let demo = try await Program.run(
      "demo", "--text", "--guest", "qemu", "--moves", "2", "--every", "3s", "--rate", "200",
      "--out", out)
    #expect(demo.status == 0, "\(demo.error)")
    let moves = try table(out + "/moves.csv")
    #expect(moves.map { $0["to_point"] } == ["xen2", "xen1"])
    for move in moves {
      func figure(_ name: String) throws -> Double { try #require(Double(move[name] ?? "")) }
      #expect(move["lost"] == "0" && move["lost_unseen"] == "0")
      #expect(move["binding_ack"] != "")
      // The hypervisor counts until it lets the guest go on; the guest's first packet comes later.
      #expect(try figure("paused_ms") + figure("uncertainty_ms") >= figure("downtime_ms"))
      #expect(try figure("migration_ms") >= figure("downtime_ms"))
      #expect(try figure("rounds") >= 1)
      #expect(try figure("receiver_gap_ms") < 5000)
    }
    let marks = try table(out + "/marks.csv")
    for server in ["xen1", "xen2"] {
      let announced = marks.filter {
        $0["point"] == "\(server).vif" && $0["kind"] == "announce"
      }.compactMap { $0["detail"] }
      #expect(announced.contains { $0.contains("rarp") && $0.contains("02:00:00:00:00:10") })
      #expect(announced.contains { $0.contains("neighbor-advertisement") })
    }
    let sent = try #require(demo.error.firstMatch(of: #/sent (\d+) packets/#)?.1)
    let analysis = try await Program.run("analyze", out)
    #expect(analysis.output.contains("numbered \(sent) "))
    #expect(analysis.output.contains("delivered \(sent),"))
    #expect(analysis.output.contains(#/migration    by its hypervisor: downtime \d+ ms, .* more/#))
    #expect(try String(contentsOfFile: out + "/report.html", encoding: .utf8).contains("downtime"))
  }

  @Test(.timeLimit(.minutes(3)))
  func `a migration that fails leaves the guest where it runs, and says so`() async throws {
    let folder = try TemporaryFolder()
    let out = folder.path + "/out"
    let demo = try await Program.shell(
      """
      nemotop demo --text --guest qemu --moves 1 --every 4s --rate 100 --out '\(out)' & demo=$!
      until waiting=$(pgrep -P $demo -f -- -incoming); do sleep 0.1; done
      kill -9 $waiting; wait $demo
      """)
    #expect(demo.status == 1)
    let complaint = try #require(demo.complaints.last { $0.hasPrefix("nemotop: migration") })
    #expect(complaint.hasPrefix("nemotop: migration xen1 > xen2 failed: "))
    #expect(complaint.hasSuffix("; the guest ran on at xen1"))
    #expect(demo.output.contains("move 1: failed, still on xen1"))
    #expect(try table(out + "/moves.csv").isEmpty)
    // What it sent before and after reached its goal.
    let analysis = try await Program.run("analyze", out)
    let figures = try #require(
      analysis.output.firstMatch(of: #/numbered (\d+) .*?delivered (\d+),/#))
    #expect(figures.1 == figures.2)
  }

  @Test(.timeLimit(.minutes(3)), arguments: ["guest up", "packets", "begins"])
  func `an interrupted demo leaves no machine behind`(moment: String) async throws {
    let folder = try TemporaryFolder()
    let demo = try await Program.shell(
      """
      nemotop demo --text --guest qemu --every 3s --rate 100 >'\(folder.path)/said' & demo=$!
      until machines=$(pgrep -P $demo qemu) && grep -q '\(moment)' '\(folder.path)/said'; do
        sleep 0.1
      done
      machines=$(pgrep -P $demo qemu)
      kill -INT $demo; wait $demo; echo "status $?"
      for machine in $machines; do ! kill -0 $machine || echo "left $machine"; done
      """)
    #expect(demo.output == "status 0\n", "\(demo.error)")
  }

  @Test func `what is missing is named, with what gets it`() async throws {
    let images = try await Program.run([
      "unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
      "for program in busybox cpio; do mount --bind /dev/null $(command -v $program) || exit; done;"
        + " exec \(Program.nemotop) lab images",
    ])
    #expect(images.status == 1)
    #expect(
      images.error == "nemotop: busybox, cpio: not found: install them, on Debian by "
        + "`apt-get install busybox-static cpio`\n")
  }

  @Test func `images are made once, shown and removed`() async throws {
    let folder = try TemporaryFolder()
    func images(_ options: String) async throws -> Program.Result {
      try await Program.shell("XDG_CACHE_HOME='\(folder.path)' nemotop lab images \(options)")
    }
    let made = try await images("")
    #expect(made.status == 0)
    #expect(made.complaints.map { $0.hasPrefix("nemotop: ") } == [true, true], "\(made.error)")
    let again = try await images("")
    #expect(again.error.isEmpty)
    #expect(again.output == made.output)
    #expect(again.output.contains(#/guest-[0-9a-f]+  \d+ MB\nlinux-\S+-cloud-amd64  \d+ MB\n/#))
    #expect(try await images("--clean").output.hasPrefix("removed from \(folder.path)/nemotop: "))
    #expect(try await images("--clean").output == "nothing is kept in \(folder.path)/nemotop\n")
  }

  @Test(arguments: [
    (["--pause", "1s"], "--pause"), (["--topology", "nat"], "--topology"),
    (["--simulated"], "--simulated"), (["--every", "2s"], "--every"),
  ])
  func `what a machine has not is refused`(options: [String], name: String) async throws {
    let demo = try await Program.run([Program.nemotop, "demo", "--guest", "qemu"] + options)
    #expect(demo.status == 64)
    #expect(demo.error.contains(name))
  }
}
