import Glibc

/// A running `gzip` that decompresses a file into a pipe.
struct Decompression: ~Copyable {
  /// The pipe's reading end, owned by whoever reads it.
  let output: Int32
  private let process: pid_t
  private var status: Int32?

  /// - Parameter input: the compressed file, open for reading at its beginning.
  init(of input: Int32, path: String) throws(CaptureError) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw .cannotOpen(path: path, reason: reasonText(errno))
    }
    let (reading, writing) = (ends[0], ends[1])
    defer { close(writing) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, writing, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    let (name, options) = unsafe (strdup("gzip"), strdup("-dc"))
    defer {
      unsafe free(name)
      unsafe free(options)
    }
    let arguments = unsafe [name, options, nil]
    var process: pid_t = 0
    let failure = unsafe posix_spawnp(&process, "gzip", &actions, nil, arguments, environ)
    guard failure == 0 else {
      close(reading)
      throw .cannotOpen(path: path, reason: "gzip: " + reasonText(failure))
    }
    output = reading
    self.process = process
  }

  /// Whether all of the file was decompressed. To be asked when the pipe has ended.
  mutating func isWhole() -> Bool {
    if status == nil { status = Self.wait(for: process) }
    return status == 0
  }

  /// The pipe is closed by now, or will be before the reader waits for anything else: a `gzip` that
  /// still writes is ended.
  deinit {
    guard status == nil else { return }
    kill(process, SIGTERM)
    _ = Self.wait(for: process)
  }

  private static func wait(for process: pid_t) -> Int32 {
    var status: Int32 = -1
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
  }
}
