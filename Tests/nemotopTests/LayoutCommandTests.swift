import Foundation
import Testing

@Suite struct LayoutCommandTests {
  @Test func `the built-in layouts are listed, printed, and pass the check`() async throws {
    let list = try await Program.run("layout")
    #expect(list.status == 0)
    let names = list.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    #expect(names == ["demo", "ntop", "moves", "loss", "minimal"])
    let folder = try TemporaryFolder()
    for name in names {
      let check = try await Program.shell(
        "cd '\(folder.path)'; nemotop layout \(name) > it.yaml && nemotop layout --check it.yaml")
      #expect(check.status == 0, "\(check.error)")
      #expect(check.output == "it.yaml: good\n")
    }
  }

  @Test func `a check that fails tells file, line and key, a line each`() async throws {
    let folder = try TemporaryFolder()
    try Data("name: x\npanes:\n- {pane: keys, priority: 0}\n- {pane: keys, size: 1}\n".utf8)
      .write(to: URL(fileURLWithPath: folder.path + "/bad.yaml"))
    let check = try await Program.shell("cd '\(folder.path)'; nemotop layout --check bad.yaml")
    #expect(check.status == 2)
    #expect(check.output.isEmpty)
    #expect(
      check.error == """
        nemotop: bad.yaml:3: panes[1].priority: 0; expected a whole number from 1 to 99
        nemotop: bad.yaml:4: panes[2].size: unknown key; expected one of pane, share, priority, columns
        nemotop: bad.yaml:4: panes[2].priority: missing

        """)
  }

  @Test(arguments: [
    "layout nothing", "layout --check /nothing", "layout --check /", "layout --check /bin/true",
    "monitor --layout nothing lo", "demo --simulated --layout /nothing",
  ])
  func `a layout that is not there, or is no text, is one line`(command: String) async throws {
    let run = try await Program.shell("nemotop \(command)")
    #expect(run.status == 1)
    #expect(run.complaints.count == 1, "\(run.error)")
    #expect(run.error.contains("layout"))
  }
}
