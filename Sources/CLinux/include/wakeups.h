#pragma once

#include <stdint.h>

/// Opens a descriptor that becomes readable by `wakeup_send`.
///
/// Returns it, or a negated errno.
int wakeup_open(void);

/// Makes the descriptor readable, from any thread.
void wakeup_send(int descriptor);

/// Waits until the descriptor or the wake-up can be read, and takes the wake-up; for so many nanoseconds at
/// the most, or without end where that is negative.
void wakeup_wait(int descriptor, int wakeup, int64_t nanoseconds);
