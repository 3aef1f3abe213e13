#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// An IPv4 or IPv6 address with its port. Everything is in host order: `high` and `low` are the two
/// halves of an IPv6 address as numbers; an IPv4 address is the 32 low bits of `low`.
struct nemotop_endpoint {
  uint64_t high;
  uint64_t low;
  /// The interface's index, for link-local addresses; else 0.
  uint32_t scope;
  uint16_t port;
  /// 4 or 6.
  uint8_t version;
};

/// What came with a datagram, or with a super-packet that stands for several of one sender.
struct nemotop_arrival {
  struct nemotop_endpoint source;
  struct nemotop_endpoint destination;
  /// When the kernel got it, in nanoseconds of CLOCK_REALTIME.
  int64_t time;
  /// Length of its payload; the buffer may hold less of it.
  uint32_t byte_count;
  /// Of a super-packet: the payload of each of its datagrams but the last. Else 0.
  uint32_t segment_bytes;
};

/// The most datagrams that one call sends or receives.
enum { nemotop_datagram_batch = 64 };

/// Opens a UDP socket of this IP version that is closed in programs started later.
///
/// Returns 0 and the descriptor, or an errno.
int nemotop_datagram_open(uint8_t version, int *descriptor);

/// Binds to the endpoint; an IPv6 socket bound to `::` gets IPv4 as well. Returns 0, or an errno.
int nemotop_datagram_bind(int descriptor, const struct nemotop_endpoint *local);

/// Sends to this endpoint from now on, waits so long for room (0: never), less than a second, and
/// reports what the kernel refuses and what ICMP tells. Returns 0, or an errno.
int nemotop_datagram_connect(
    int descriptor, const struct nemotop_endpoint *remote, int wait_milliseconds);

/// The endpoint that the socket is bound to. Returns 0, or an errno.
int nemotop_datagram_local(int descriptor, struct nemotop_endpoint *local);

/// Sends the datagrams, `count` of `byte_count` bytes each, one behind the other in `bytes`.
///
/// Returns how many the kernel took; where that is fewer than `count`, `reason` is the errno that the
/// next one met, or 0 where the kernel did not tell.
int nemotop_datagram_send(
    int descriptor, const void *bytes, size_t byte_count, int count, int *reason);

/// Whether the kernel cuts super-packets into datagrams (UDP_SEGMENT, udp(7)).
bool nemotop_datagram_can_segment(int descriptor);

/// Sends the datagrams, `count` of `byte_count` bytes each, one behind the other in `bytes`, as one
/// super-packet that the kernel cuts as late as it can: all of them or none.
///
/// Returns 0, or an errno.
int nemotop_datagram_send_segments(
    int descriptor, const void *bytes, uint16_t byte_count, int count);

/// Takes ICMP errors off the socket's queue, so that it does not fill.
void nemotop_datagram_forget_errors(int descriptor);

/// Makes the socket tell times and destinations of what it receives, and take super-packets whole
/// (UDP_GRO, udp(7)), with room for `buffer_bytes` or as much of it as the system allows. Returns 0,
/// or an errno.
int nemotop_datagram_listen(int descriptor, int buffer_bytes);

/// Receives the datagrams and super-packets that are there, at most `count`, each into its
/// `slot_bytes` of `bytes`, and waits at most `milliseconds` for the first.
///
/// Returns how many came, 0 where none did in time or a signal came, or a negative errno.
int nemotop_datagram_receive(
    int descriptor, void *bytes, size_t slot_bytes, struct nemotop_arrival *arrivals, int count,
    int milliseconds);

/// How many datagrams and super-packets the socket dropped for want of room, modulo 2^32. Returns 0,
/// or an errno.
int nemotop_datagram_drops(int descriptor, uint32_t *drops);
