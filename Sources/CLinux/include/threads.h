#pragma once

/// Gives the calling thread a name, of which the system keeps 15 bytes.
void nemotop_name_thread(const char *_Nonnull name);

/// The core that the calling thread runs on.
int nemotop_core(void);

/// Moves the calling thread to another core, `distance` after this one among those that it may run on.
///
/// From there the system may move it on. Where that cannot be done nothing is.
void nemotop_leave_core(int core, int distance);
