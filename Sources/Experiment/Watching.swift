package import Observation

/// Looks at an observation until its updates end, or until it has seen enough.
package typealias Watch = @Sendable (Observation) async throws -> Void

/// Does something while it is watched. It is cancelled when nobody watches any more; when it is
/// done, the observation ends and what was seen up to then is still watched.
func whileWatched<Value: Sendable>(
  _ observation: Observation, by watch: @escaping Watch,
  _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let work = Task { try await body() }
  let watching = Task {
    defer { work.cancel() }
    try await watch(observation)
  }
  let result = await withTaskCancellationHandler {
    await work.result
  } onCancel: {
    work.cancel()
  }
  observation.stop()
  try await watching.value
  return try result.get()
}
