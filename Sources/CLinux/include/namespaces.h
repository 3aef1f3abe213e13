#pragma once
#include <stdint.h>
#include <sys/types.h>

/// Puts the calling thread, and no other, into the network namespace of an open descriptor.
///
/// Returns 0, or an errno.
int network_namespace_enter(int descriptor);

/// A program to start: its arguments, the first of them its path, and its environment (both ended by
/// NULL), and the descriptors that become its standard input, output and error.
struct program {
  char *const *arguments;
  char *const *environment;
  int input;
  int output;
  int error;
};

/// Starts a program in the network namespace of the calling thread. It inherits no descriptor but
/// its standard three, and the kernel kills it when the calling thread ends.
///
/// Returns 0 and the process's id, or an errno.
int program_start(const struct program *program, pid_t *identifier);

/// Waits until a child has ended, and leaves it to be reaped, so that its id stays its own.
///
/// Returns 0, or an errno.
int program_await(pid_t identifier);

/// Reaps a child that has ended: its exit status, or the negated number of the signal that ended it.
///
/// Returns 0, or an errno.
int program_reap(pid_t identifier, int *status);

/// What a program used in all.
struct program_usage {
  /// Processor time of its own and of the kernel on its behalf, in nanoseconds.
  int64_t processor_nanoseconds;
  /// The most memory that it had resident at once.
  int64_t peak_bytes;
};

/// Waits until a child has ended, kills it with its process group after so many milliseconds (-1 for
/// never), and reaps it, as `program_reap` does.
///
/// Returns 0, or an errno.
int program_measure(
    pid_t identifier, int milliseconds, int *status, struct program_usage *usage);

/// Replaces the program of this process, which keeps its id, its descriptors and its ignored signals,
/// by the one that the first argument names, looked up by the PATH. No signal is blocked there.
///
/// Returns an errno; on success it does not return.
int program_replace(char *const *arguments, char *const *environment);
