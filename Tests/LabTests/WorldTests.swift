import Lab
import Testing

/// Commands and what they read.
struct WorldTests {
  private static let megabyte = String(repeating: "x", count: 1 << 20)

  @Test func `a command gets all of its input`() async throws {
    #expect(try await World.own.run(["wc", "-c"], input: Self.megabyte) == "1048576\n")
    #expect(try await World.own.run(["cat"], input: "a\nb") == "a\nb")
    #expect(try await World.own.run(["wc", "-c"]) == "0\n")
  }

  /// A pipe without a reader would end this process.
  @Test func `a command that ends before it has read its input is like any other`() async throws {
    for _ in 0..<20 {
      #expect(try await World.own.run(["true"], input: Self.megabyte).isEmpty)
      await #expect(
        throws: LabError.commandFailed(command: "sh -c echo no >&2; exit 3", reason: "no")
      ) { try await World.own.run(["sh", "-c", "echo no >&2; exit 3"], input: Self.megabyte) }
    }
    await #expect(throws: LabError.self) {
      try await World.own.run(["true"], in: "no-such-namespace", input: Self.megabyte)
    }
  }
}
