import ArgumentParser
import Wire

/// Tunnels as a user writes them, such as `geneve,teredo`.
func decapsulation(_ text: String) throws -> Decapsulation {
  guard let tunnels = Decapsulation(text) else {
    throw ValidationError(
      "no tunnels '\(text)': --decap takes geneve, teredo, or both with a comma")
  }
  return tunnels
}
