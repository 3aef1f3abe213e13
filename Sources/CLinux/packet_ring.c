#include "packet_ring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(sizeof(struct sock_filter) == 8, "the instructions of BPF that libpcap makes");
_Static_assert(sizeof(struct virtio_net_hdr) == 10, "what lies right before each frame");
// The header of a frame, its interface's address, and the room before the data that the kernel keeps
// for a link header: behind these 10 bytes and more lie the frame's bytes, so that a VLAN tag fits in.
_Static_assert(TPACKET3_HDRLEN == 68, "the headers of a frame in the ring");

/// The two addresses before a VLAN tag, and the tag.
enum { addresses_bytes = 12, tag_bytes = 4 };

int packet_ring_interface(const char *name, enum packet_ring_link *link, uint32_t *mtu) {
  struct ifreq request = {0};
  if (strlen(name) >= sizeof request.ifr_name) return ENODEV;
  strcpy(request.ifr_name, name);
  int descriptor = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  int reason = 0;
  if (ioctl(descriptor, SIOCGIFHWADDR, &request) != 0) {
    reason = errno;
  } else {
    switch (request.ifr_hwaddr.sa_family) {
    case ARPHRD_ETHER: *link = packet_ring_link_ethernet; break;
    case ARPHRD_LOOPBACK: *link = packet_ring_link_loopback; break;
    default: *link = packet_ring_link_other; break;
    }
    if (ioctl(descriptor, SIOCGIFMTU, &request) != 0) reason = errno;
    else *mtu = (uint32_t)request.ifr_mtu;
  }
  close(descriptor);
  return reason;
}

static bool set(int descriptor, int option, const void *value, socklen_t length) {
  return setsockopt(descriptor, SOL_PACKET, option, value, length) == 0;
}

static bool set_number(int descriptor, int option, int value) {
  return set(descriptor, option, &value, sizeof value);
}

static bool attach(int descriptor, struct sock_fprog program) {
  return program.len == 0
      || setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

static bool prepare(
    const struct packet_ring_options *options, struct sock_fprog program,
    struct packet_ring *ring) {
  int descriptor = ring->descriptor;
  struct tpacket_req3 request = {
    .tp_block_size = options->block_bytes,
    .tp_block_nr = options->block_count,
    // Of no meaning in this version of the ring, but checked.
    .tp_frame_size = 2048,
    .tp_frame_nr = options->block_bytes / 2048 * options->block_count,
    .tp_retire_blk_tov = options->block_milliseconds,
  };
  if (!set_number(descriptor, PACKET_VERSION, TPACKET_V3)
      || !set_number(descriptor, PACKET_VNET_HDR, 1)
      || !set(descriptor, PACKET_RX_RING, &request, sizeof request)
      || !attach(descriptor, program)) {
    return false;
  }
  if (options->link == packet_ring_link_loopback
      && !set_number(descriptor, PACKET_IGNORE_OUTGOING, 1)) {
    return false;
  }
  void *blocks = mmap(
      NULL, (size_t)options->block_bytes * options->block_count, PROT_READ | PROT_WRITE, MAP_SHARED,
      descriptor, 0);
  if (blocks == MAP_FAILED) return false;
  ring->blocks = blocks;
  struct packet_mreq membership = {
    .mr_ifindex = (int)options->interface,
    .mr_type = PACKET_MR_PROMISC,
  };
  if (options->is_promiscuous
      && !set(descriptor, PACKET_ADD_MEMBERSHIP, &membership, sizeof membership)) {
    return false;
  }
  // A socket of no protocol has received nothing before it is bound to all of them here.
  struct sockaddr_ll address = {
    .sll_family = AF_PACKET,
    .sll_protocol = htons(ETH_P_ALL),
    .sll_ifindex = (int)options->interface,
  };
  return bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0;
}

int packet_ring_open(
    const struct packet_ring_options *options, const void *instructions, uint16_t instruction_count,
    struct packet_ring *ring) {
  memset(ring, 0, sizeof *ring);
  ring->block_bytes = options->block_bytes;
  ring->block_count = options->block_count;
  ring->descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (ring->descriptor < 0) return errno;
  struct sock_fprog program = {
    .len = instruction_count,
    .filter = (struct sock_filter *)instructions,
  };
  if (prepare(options, program, ring)) return 0;
  int reason = errno;
  packet_ring_close(ring);
  return reason;
}

void packet_ring_close(struct packet_ring *ring) {
  if (ring->blocks != NULL) munmap(ring->blocks, (size_t)ring->block_bytes * ring->block_count);
  close(ring->descriptor);
}

static struct tpacket_hdr_v1 *current(const struct packet_ring *ring) {
  uint8_t *block = ring->blocks + (size_t)ring->block * ring->block_bytes;
  return &((struct tpacket_block_desc *)block)->hdr.bh1;
}

static int64_t nanoseconds(struct tpacket_bd_ts time) {
  return (int64_t)time.ts_sec * 1000000000 + time.ts_nsec;
}

bool packet_ring_take_block(struct packet_ring *ring) {
  if (ring->holds_block) {
    __atomic_store_n(&current(ring)->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    ring->block = (ring->block + 1) % ring->block_count;
    ring->holds_block = false;
  }
  struct tpacket_hdr_v1 *block = current(ring);
  uint32_t status = __atomic_load_n(&block->block_status, __ATOMIC_ACQUIRE);
  if (!(status & TP_STATUS_USER)) return false;
  ring->holds_block = true;
  ring->frames_left = block->num_pkts;
  ring->offset = block->offset_to_first_pkt;
  if (status & TP_STATUS_LOSING) ring->has_dropped = true;
  ring->fill_time = status & TP_STATUS_BLK_TMO
      ? 0 : nanoseconds(block->ts_last_pkt) - nanoseconds(block->ts_first_pkt);
  return true;
}

/// Puts a VLAN tag between the addresses and the type: the addresses move over what lies before them,
/// which was read.
static uint8_t *put_back_tag(
    struct packet_ring_frame *frame, uint8_t *untagged, uint16_t type, uint16_t tag) {
  uint8_t *bytes = untagged - tag_bytes;
  memmove(bytes, untagged, addresses_bytes);
  const uint16_t words[] = {htons(type), htons(tag)};
  memcpy(bytes + addresses_bytes, words, sizeof words);
  frame->captured_bytes += tag_bytes;
  frame->frame_bytes += tag_bytes;
  if (frame->transport_offset != 0) frame->transport_offset += tag_bytes;
  return bytes;
}

const uint8_t *packet_ring_next(struct packet_ring *ring, struct packet_ring_frame *frame) {
  if (ring->frames_left == 0) return NULL;
  uint8_t *block = ring->blocks + (size_t)ring->block * ring->block_bytes;
  const struct tpacket3_hdr *header = (const struct tpacket3_hdr *)(block + ring->offset);
  uint8_t *bytes = block + ring->offset + header->tp_mac;
  struct virtio_net_hdr network;
  memcpy(&network, bytes - sizeof network, sizeof network);
  frame->captured_bytes = header->tp_snaplen;
  frame->frame_bytes = header->tp_len;
  frame->time = (int64_t)header->tp_sec * 1000000000 + header->tp_nsec;
  bool is_segmented = network.gso_type != VIRTIO_NET_HDR_GSO_NONE;
  frame->segment_bytes = is_segmented ? network.gso_size : 0;
  frame->transport_offset =
      network.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM ? network.csum_start : 0;
  if (header->tp_status & TP_STATUS_VLAN_VALID && header->tp_snaplen >= addresses_bytes) {
    bool has_type = header->tp_status & TP_STATUS_VLAN_TPID_VALID;
    bytes = put_back_tag(
        frame, bytes, has_type ? header->hv1.tp_vlan_tpid : ETH_P_8021Q,
        (uint16_t)header->hv1.tp_vlan_tci);
  }
  ring->frames_left--;
  ring->offset += header->tp_next_offset;
  // Another core wrote the frame that follows: it is fetched while this one is looked at.
  const uint8_t *next = block + ring->offset;
  __builtin_prefetch(next);
  __builtin_prefetch(next + header->tp_mac);
  __builtin_prefetch(next + header->tp_mac + 64);
  return bytes;
}

void packet_ring_wait(const struct packet_ring *ring, int milliseconds) {
  struct pollfd request = {.fd = ring->descriptor, .events = POLLIN};
  if (poll(&request, 1, milliseconds) <= 0 || !(request.revents & POLLERR)) return;
  // An interface that goes down leaves an error, which would end every wait at once. Frames that
  // came with it are seen by the next read.
  int error;
  socklen_t length = sizeof error;
  getsockopt(ring->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
}

int packet_ring_drops(struct packet_ring *ring, uint32_t *drops) {
  struct tpacket_stats_v3 figures = {0};
  socklen_t length = sizeof figures;
  if (getsockopt(ring->descriptor, SOL_PACKET, PACKET_STATISTICS, &figures, &length) != 0) {
    return errno;
  }
  *drops = figures.tp_drops;
  ring->has_dropped = false;
  return 0;
}
