import Testing

@testable import Observation

@Test func `as many programs run as there are descriptors for`() {
  let budget = DescriptorBudget(
    limit: DescriptorBudget.reserve + 2 * DescriptorBudget.ofProgram + 1)
  #expect((0..<3).map { _ in budget.take() } == [true, true, false])
  budget.giveBack()
  #expect(budget.take())
}

@Test func `programs are started again after 1, 2, 4 and at most 30 seconds`() {
  var backOff = BackOff()
  #expect((0..<7).map { _ in backOff.next() } == [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
}
