import ArgumentParser
import Wire

/// What every part takes.
struct Options: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("Measure so many times, the programs in turn.", valueName: "n"))
  var runs = 5

  @Option(
    help: ArgumentHelp("Packets of an input, such as 4M or 400k. (default: 4M)", valueName: "n"),
    transform: quantity)
  var packets = 4_000_000

  func validate() throws {
    guard (1...1000).contains(runs) else {
      throw ValidationError("--runs wants a number from 1 to 1000")
    }
    guard (1000...10_000_000).contains(packets) else {
      throw ValidationError("--packets wants a number from 1k to 10M")
    }
  }
}

/// A number as a user writes it, such as `400k`.
func quantity(_ text: String) throws -> Int {
  guard let count = Quantity.count(text) else {
    throw ValidationError("'\(text)' is no whole number: write 400k or 4M")
  }
  return count
}
