#pragma once

#include <stddef.h>
#include <stdint.h>

/// Opens a socket that sees what comes in by an interface and is let through by a filter: instructions
/// of BPF, 8 bytes each, for packets without their link header. It does not block, and nothing comes
/// before the filter is there.
///
/// Returns a descriptor, or a negated errno.
int watching_open(uint32_t interface, const void *instructions, uint16_t count);

/// Puts another filter in the place of the socket's, at once. Returns 0, or an errno.
int watching_filter(int descriptor, const void *instructions, uint16_t count);

/// What came with a packet.
struct watched_packet {
  /// When the kernel got it, in nanoseconds since 1970.
  int64_t time;
  /// Who sent the frame, in the low 48 bits.
  uint64_t source;
  uint16_t ether_type;
};

/// The next packet, from behind its link header on.
///
/// Returns its length, of which no more than `capacity` is written, or a negated errno, EAGAIN where there
/// is none.
int64_t watching_receive(
    int descriptor, void *packet, size_t capacity, struct watched_packet *watched);

/// Opens a netlink socket that is told of links, neighbours, forwarding entries and IPv6 addresses in the
/// network namespace of the thread. It does not block.
///
/// Returns a descriptor, or a negated errno.
int network_events_open(void);

