extension Int {
  /// Adds a number; what is more than can be held is the most that can be.
  package mutating func add(clamping number: Int) {
    let (sum, overflow) = addingReportingOverflow(number)
    self = overflow ? (number < 0 ? .min : .max) : sum
  }
}
