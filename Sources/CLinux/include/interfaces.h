#pragma once

#include <stdbool.h>
#include <stdint.h>

/// What the kernel says of an interface of the calling thread's network namespace.
struct interface_description {
  uint32_t index;
  /// The name that it has besides its other ones (altnames).
  char name[16];
  /// How it was made, such as `vlan`; empty for most.
  char kind[16];
  /// The interface whose frames it takes some of; 0 for none in this namespace.
  uint32_t parent;
  /// The interface that it is a part of, such as a bond; 0 for none.
  uint32_t master;
  /// Whether it is up, and what is at its other end too, and the kernel sends by it.
  bool is_running;
  /// Whether it is a port of a bridge that forwards for it.
  bool is_forwarding;
  /// How many packets it has received and sent since it was made.
  uint64_t packets;
};

/// Describes the interface of any of its names; without a name, that of an index.
///
/// Returns 0, or an errno.
int interface_describe(const char *name, uint32_t index, struct interface_description *description);
