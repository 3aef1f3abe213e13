package import Streams

/// Where to receive, and how to count.
package struct ReceiverConfiguration: Sendable {
  /// `::` receives IPv4 as well.
  package var local: Endpoint
  package var point = Point(name: "cn", role: .receiver)
  package var counting = CountingOptions()
  /// When to end; nil goes on until it is stopped.
  package var duration: Duration?
  /// Packets after which to end; nil goes on until it is stopped.
  package var count: Int?

  package init(local: Endpoint) {
    self.local = local
  }
}
