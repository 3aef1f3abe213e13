/// The flows of a table: the module's one place with a pointer in it.
///
/// They lie in chunks that never move, so that the store grows without a copy and a flow costs its
/// 128 bytes and no more.
@safe
struct FlowStore: ~Copyable, @unchecked Sendable {
  private static var chunkShift: Int { 13 }
  private static var chunkCount: Int { 1 << chunkShift }

  private var chunks: [UnsafeMutablePointer<Flow>] = unsafe []
  private(set) var count = 0

  deinit {
    unsafe chunks.forEach { unsafe UnsafeMutableRawPointer($0).deallocate() }
  }

  /// Adds a flow.
  ///
  /// - Returns: its slot.
  mutating func append(_ flow: Flow) -> Int {
    if count & (Self.chunkCount - 1) == 0 {
      let bytes = UnsafeMutableRawPointer.allocate(
        byteCount: Self.chunkCount * MemoryLayout<Flow>.stride,
        alignment: MemoryLayout<Flow>.stride)
      unsafe chunks.append(bytes.bindMemory(to: Flow.self, capacity: Self.chunkCount))
    }
    let slot = count
    count += 1
    unsafe (chunks[slot >> Self.chunkShift] + slot & (Self.chunkCount - 1)).initialize(to: flow)
    return slot
  }

  /// The flow in a slot, which must be one that `append` gave.
  subscript(slot: Int) -> Flow {
    @inline(__always)
    unsafeAddress {
      unsafe UnsafePointer(address(of: slot))
    }
    @inline(__always)
    unsafeMutableAddress {
      unsafe address(of: slot)
    }
  }

  @inline(__always)
  private func address(of slot: Int) -> UnsafeMutablePointer<Flow> {
    precondition(slot < count)
    return unsafe chunks[slot >> Self.chunkShift] + slot & (Self.chunkCount - 1)
  }
}
