#pragma once

#include <stdint.h>

/// Opens a descriptor that becomes readable by `wakeup_send`.
///
/// Returns it, or a negated errno.
int wakeup_open(void);

/// Makes the descriptor readable, from any thread.
void wakeup_send(int descriptor);

/// Waits until one of the descriptors, or the wake-up, can be read or has an error, and takes the wake-up;
/// for so many nanoseconds at the most, or without end where that is negative. A signal ends it too.
///
/// Sets `ready` for each descriptor that has something. Returns 0, or an errno.
int wakeup_wait(
    const int *descriptors, _Bool *ready, int count, int wakeup, int64_t nanoseconds);

/// The most descriptors that can be waited for at once.
enum { wakeup_capacity = 64 };
