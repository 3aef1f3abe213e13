#pragma once

#include <stdbool.h>

/// How the calling thread is scheduled and woken.
struct nemotop_precision {
  int policy;
  int priority;
  /// By how many nanoseconds its timers may be late.
  unsigned long slack;
};

/// Has the kernel wake the calling thread as exactly as it may: without slack and, where asked for
/// and permitted, before every thread that has no real-time priority. A thread that seldom sleeps
/// must not ask for that: the kernel would halt it.
///
/// Returns how the thread was scheduled before.
struct nemotop_precision nemotop_precision_take(bool before_others);

/// Schedules the calling thread as it was before.
void nemotop_precision_give_back(struct nemotop_precision before);
