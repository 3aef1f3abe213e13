import ArgumentParser
import Wire

/// A duration as a user writes it, such as `10s` or `200ms`.
func duration(_ text: String) throws -> Duration {
  guard let duration = Quantity.duration(text) else {
    throw ValidationError("'\(text)' is no duration: write a number and its unit, such as 200ms")
  }
  return duration
}
