import ArgumentParser
import Wire

/// Tunnels as a user writes them, such as `geneve,teredo`.
func decapsulation(_ text: String) throws -> Decapsulation {
  var tunnels: Decapsulation = []
  for name in text.split(separator: ",", omittingEmptySubsequences: false) {
    switch name {
    case "geneve": tunnels.insert(.geneve)
    case "teredo": tunnels.insert(.teredo)
    default: throw ValidationError("no tunnel '\(name)': --decap takes geneve, teredo, or both")
    }
  }
  return tunnels
}
