#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How frames of an interface begin, as far as a ring cares.
enum packet_ring_link {
  /// Ethernet headers.
  packet_ring_link_ethernet,
  /// Ethernet headers, and every frame passes twice: going out, then coming in.
  packet_ring_link_loopback,
  packet_ring_link_other,
};

/// The kind of frames of an interface of the calling thread's network namespace, and the most bytes
/// that one carries behind its link header (MTU). Returns 0, or an errno.
int packet_ring_interface(const char *name, enum packet_ring_link *link, uint32_t *mtu);

/// A ring of blocks that the kernel fills with the frames of one interface, mapped into memory
/// (packet(7), TPACKET_V3), and how far it was read.
struct packet_ring {
  int descriptor;
  uint32_t block_bytes;
  uint32_t block_count;
  uint8_t *blocks;
  /// The block that is read, or the one that is filled next.
  uint32_t block;
  /// Whether that block is ours, the frames left in it, and where the next of them lies.
  bool holds_block;
  uint32_t frames_left;
  uint32_t offset;
  /// The kernel dropped frames before it filled that block, and `packet_ring_drops` has not yet said
  /// how many.
  bool has_dropped;
  /// In how many nanoseconds that block was filled; 0 for one that was handed over before it was.
  int64_t fill_time;
};

/// How to open a ring.
struct packet_ring_options {
  /// The interface's index.
  uint32_t interface;
  enum packet_ring_link link;
  bool is_promiscuous;
  /// Blocks hold whole frames: one is larger than the largest super-packet.
  uint32_t block_bytes;
  uint32_t block_count;
  /// After so many milliseconds the kernel hands over a block that is not full.
  uint32_t block_milliseconds;
};

/// Opens a ring. No frame comes into it that the filter has not let through: instructions of BPF as
/// libpcap compiles them, 8 bytes each; none lets all through.
///
/// Returns 0, or an errno.
int packet_ring_open(
    const struct packet_ring_options *options, const void *instructions, uint16_t instruction_count,
    struct packet_ring *ring);

void packet_ring_close(struct packet_ring *ring);

/// What the kernel says of a frame.
struct packet_ring_frame {
  uint32_t captured_bytes;
  uint32_t frame_bytes;
  /// In nanoseconds of CLOCK_REALTIME.
  int64_t time;
  /// Of a super-packet: the payload of each segment but the last. Of other frames: 0.
  uint32_t segment_bytes;
  /// Where the header of the segments' transport protocol begins; 0 where the kernel does not say.
  uint32_t transport_offset;
};

/// Takes the next block of frames, if it is there. The one before goes back to the kernel.
bool packet_ring_take_block(struct packet_ring *ring);

/// Takes the next frame of the block, a VLAN tag that the kernel took out put back in.
///
/// Returns its bytes, which are valid until the next block is taken, or NULL where there is none.
const uint8_t *packet_ring_next(struct packet_ring *ring, struct packet_ring_frame *frame);

/// Waits at most so many milliseconds for a block. An interface that is down is waited for as well.
void packet_ring_wait(const struct packet_ring *ring, int milliseconds);

/// How many frames the kernel dropped since this was last asked. Returns 0, or an errno.
int packet_ring_drops(struct packet_ring *ring, uint32_t *drops);
