#pragma once

#include <stddef.h>
#include <stdint.h>

/// Opens a socket for whole IPv6 packets to send.
///
/// Returns a descriptor, or a negated errno.
int signalling_open_sender(void);

/// Sends a whole IPv6 packet; `destination` is the address in its header.
///
/// Returns 0, or an errno.
int signalling_send(
    int descriptor, const uint8_t destination[16], const void *packet, size_t length);

/// Opens a socket that sees the IPv6 packets that come in by an interface and may hold a Mobility Header:
/// directly behind the IPv6 header, or behind a Destination Options or a routing header. It does not block.
///
/// Returns a descriptor, or a negated errno.
int signalling_open_receiver(uint32_t interface);

/// The next packet, from its IPv6 header on, and when it came, in nanoseconds since 1970.
///
/// Returns its length, of which no more than `capacity` is written, or a negated errno, EAGAIN where there
/// is none. What this host sends itself is passed over with a length of 0.
int64_t signalling_receive(int descriptor, void *packet, size_t capacity, int64_t *time);
