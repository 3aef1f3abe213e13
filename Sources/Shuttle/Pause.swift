/// Waits, also in a task that has been cancelled.
package func pause(_ length: Duration) async {
  await Task { _ = try? await Task.sleep(for: length) }.value
}
