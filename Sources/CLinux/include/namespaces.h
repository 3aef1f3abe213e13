#pragma once
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

/// Replaces the program of this process, which keeps its id, its descriptors and its ignored signals,
/// by the one that the first argument names, looked up by the PATH. No signal is blocked there.
///
/// Returns an errno; on success it does not return.
int program_replace(char *const *arguments, char *const *environment);
