extension Int64 {
  /// The whole number nearest to the value, clamped to what 64 bits hold; 0 where it is no number.
  package init(clamping value: Double) {
    let nearest = value.rounded()
    self = Int64(exactly: nearest) ?? (nearest > 0 ? .max : nearest < 0 ? .min : 0)
  }
}
