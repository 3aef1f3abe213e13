import Testing

@testable import Benchmarks

@Suite struct MarkdownTableTests {
  @Test func `Columns are aligned in the source`() {
    var table = MarkdownTable([.words("program"), .figures("s")])
    table.add(["a", "1.5"])
    table.add(["tcpdump -r", "10.25"])
    table.add(["argus"])
    #expect(
      table.text == """
        | program    |     s |
        | ---------- | ----: |
        | a          |   1.5 |
        | tcpdump -r | 10.25 |
        | argus      |       |
        """)
  }

  @Test(arguments: [
    (0.0, "0"), (0.0421, "0.042"), (0.5, "0.5"), (1.234, "1.23"), (2, "2"), (12.345, "12.3"),
    (20, "20"), (123.45, "123"), (1500, "1500"), (-0.25, "-0.25"),
  ])
  func `Figures have three digits that count`(number: Double, text: String) {
    #expect(Goal.text(number) == text)
  }

  @Test(arguments: [
    (Goal.Bound.atLeast(2), 2.0, "≥ 2×", "met"), (.atLeast(2), 1.99, "≥ 2×", "**missed**"),
    (.atMost(0.2), 0.2, "≤ 0.2×", "met"), (.atMost(0.2), 0.21, "≤ 0.2×", "**missed**"),
    (.below(3), 2.9, "< 3×", "met"), (.below(3), 3, "< 3×", "**missed**"),
  ])
  func `A goal says plainly whether it is met`(
    bound: Goal.Bound, value: Double, wanted: String, verdict: String
  ) {
    let goal = Goal(subject: "a", bound: bound, value: value, detail: "b")
    #expect(goal.cells == ["a", wanted, "\(Goal.text(value))×", verdict, "b"])
  }

  @Test func `A goal without a figure is not measured, nor met`() {
    let goal = Goal(
      subject: "a", bound: .atMost(1), value: nil, detail: Peer.iperf3.absence)
    #expect(!goal.isMet)
    #expect(
      goal.cells == ["a", "≤ 1×", "–", "not measured", "iperf3 is missing: apt-get install iperf3"])
  }
}
