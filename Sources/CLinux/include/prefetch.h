#pragma once

/// Asks for the cache line at an address, which need not be one of the program's, to be fetched, since
/// it will soon be read and written.
static inline void nemotop_prefetch(const void *_Nonnull address) {
  __builtin_prefetch(address, 1, 3);
}
