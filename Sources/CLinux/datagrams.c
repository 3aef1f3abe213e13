#include "datagrams.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static socklen_t encode(const struct nemotop_endpoint *endpoint, union address *address) {
  memset(address, 0, sizeof *address);
  if (endpoint->version == 4) {
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htobe16(endpoint->port);
    address->v4.sin_addr.s_addr = htobe32((uint32_t)endpoint->low);
    return sizeof address->v4;
  }
  uint64_t halves[2] = {htobe64(endpoint->high), htobe64(endpoint->low)};
  address->v6.sin6_family = AF_INET6;
  address->v6.sin6_port = htobe16(endpoint->port);
  address->v6.sin6_scope_id = endpoint->scope;
  memcpy(&address->v6.sin6_addr, halves, sizeof halves);
  return sizeof address->v6;
}

/// IPv4-mapped IPv6 addresses, as a socket for both versions shows them, become IPv4.
static void decode_ipv6(const struct in6_addr *address, struct nemotop_endpoint *endpoint) {
  uint64_t halves[2];
  memcpy(halves, address, sizeof halves);
  endpoint->high = be64toh(halves[0]);
  endpoint->low = be64toh(halves[1]);
  endpoint->version = 6;
  if (endpoint->high == 0 && endpoint->low >> 32 == 0xffff) {
    endpoint->low &= 0xffffffff;
    endpoint->version = 4;
  }
}

static void decode(const union address *address, struct nemotop_endpoint *endpoint) {
  memset(endpoint, 0, sizeof *endpoint);
  if (address->any.sa_family == AF_INET) {
    endpoint->version = 4;
    endpoint->low = be32toh(address->v4.sin_addr.s_addr);
    endpoint->port = be16toh(address->v4.sin_port);
  } else {
    decode_ipv6(&address->v6.sin6_addr, endpoint);
    endpoint->port = be16toh(address->v6.sin6_port);
    endpoint->scope = address->v6.sin6_scope_id;
  }
}

static int set(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof value) == 0 ? 0 : errno;
}

int nemotop_datagram_open(uint8_t version, int *descriptor) {
  *descriptor = socket(version == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  return *descriptor < 0 ? errno : 0;
}

int nemotop_datagram_bind(int descriptor, const struct nemotop_endpoint *local) {
  union address address;
  socklen_t length = encode(local, &address);
  if (local->version == 6) {
    int reason = set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (reason != 0) return reason;
  }
  return bind(descriptor, &address.any, length) == 0 ? 0 : errno;
}

int nemotop_datagram_connect(
    int descriptor, const struct nemotop_endpoint *remote, int wait_milliseconds) {
  union address address;
  socklen_t length = encode(remote, &address);
  // Without this option the kernel keeps to itself that a queue was full.
  int reason = remote->version == 4 ? set(descriptor, IPPROTO_IP, IP_RECVERR, 1)
                                    : set(descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1);
  if (reason != 0) return reason;
  if (wait_milliseconds > 0) {
    struct timeval limit = {.tv_usec = wait_milliseconds * 1000};
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  } else {
    if (fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) return errno;
    // Room for a few full batches; less where the system's limit is lower.
    set(descriptor, SOL_SOCKET, SO_SNDBUF, 1 << 20);
  }
  return connect(descriptor, &address.any, length) == 0 ? 0 : errno;
}

int nemotop_datagram_local(int descriptor, struct nemotop_endpoint *local) {
  union address address;
  socklen_t length = sizeof address;
  if (getsockname(descriptor, &address.any, &length) != 0) return errno;
  decode(&address, local);
  return 0;
}

int nemotop_datagram_send(
    int descriptor, const void *bytes, size_t byte_count, int count, int *reason) {
  struct mmsghdr messages[nemotop_datagram_batch];
  struct iovec parts[nemotop_datagram_batch];
  if (count > nemotop_datagram_batch) count = nemotop_datagram_batch;
  memset(messages, 0, sizeof messages[0] * (size_t)count);
  for (int index = 0; index < count; index++) {
    parts[index].iov_base = (char *)bytes + (size_t)index * byte_count;
    parts[index].iov_len = byte_count;
    messages[index].msg_hdr.msg_iov = &parts[index];
    messages[index].msg_hdr.msg_iovlen = 1;
  }
  int sent = sendmmsg(descriptor, messages, (unsigned)count, 0);
  *reason = sent < 0 ? errno : 0;
  return sent < 0 ? 0 : sent;
}

bool nemotop_datagram_can_segment(int descriptor) {
  int size;
  socklen_t length = sizeof size;
  return getsockopt(descriptor, IPPROTO_UDP, UDP_SEGMENT, &size, &length) == 0;
}

int nemotop_datagram_send_segments(
    int descriptor, const void *bytes, uint16_t byte_count, int count) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof byte_count)];
  } control = {.header = {.cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT}};
  control.header.cmsg_len = CMSG_LEN(sizeof byte_count);
  memcpy(CMSG_DATA(&control.header), &byte_count, sizeof byte_count);
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = (size_t)byte_count * (size_t)count};
  struct msghdr message = {
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof control,
  };
  return sendmsg(descriptor, &message, 0) < 0 ? errno : 0;
}

void nemotop_datagram_forget_errors(int descriptor) {
  char byte;
  while (recv(descriptor, &byte, sizeof byte, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0) continue;
}

int nemotop_datagram_listen(int descriptor, int buffer_bytes) {
  // The second way keeps to the system's limit; the first needs the right to go beyond it.
  if (set(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, buffer_bytes) != 0) {
    set(descriptor, SOL_SOCKET, SO_RCVBUF, buffer_bytes);
  }
  int domain = 0;
  socklen_t length = sizeof domain;
  if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0) return errno;
  int reason = set(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  if (reason != 0) return reason;
  // Where the kernel does not know this, it cuts super-packets for us.
  set(descriptor, IPPROTO_UDP, UDP_GRO, 1);
  return domain == AF_INET ? set(descriptor, IPPROTO_IP, IP_PKTINFO, 1)
                           : set(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

static void read_controls(struct msghdr *message, struct nemotop_arrival *arrival) {
  for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL;
       control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(control), sizeof time);
      arrival->time = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo information;
      memcpy(&information, CMSG_DATA(control), sizeof information);
      decode_ipv6(&information.ipi6_addr, &arrival->destination);
    } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo information;
      memcpy(&information, CMSG_DATA(control), sizeof information);
      arrival->destination.version = 4;
      arrival->destination.low = be32toh(information.ipi_addr.s_addr);
    } else if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO) {
      int size;
      memcpy(&size, CMSG_DATA(control), sizeof size);
      arrival->segment_bytes = (uint32_t)size;
    }
  }
}

int nemotop_datagram_receive(
    int descriptor, void *bytes, size_t slot_bytes, struct nemotop_arrival *arrivals, int count,
    int milliseconds) {
  struct mmsghdr messages[nemotop_datagram_batch];
  struct iovec parts[nemotop_datagram_batch];
  union address sources[nemotop_datagram_batch];
  _Alignas(struct cmsghdr) char controls[nemotop_datagram_batch][128];
  if (count > nemotop_datagram_batch) count = nemotop_datagram_batch;
  struct pollfd ready = {.fd = descriptor, .events = POLLIN};
  int state = poll(&ready, 1, milliseconds);
  if (state <= 0) return state == 0 || errno == EINTR ? 0 : -errno;
  memset(messages, 0, sizeof messages[0] * (size_t)count);
  for (int index = 0; index < count; index++) {
    parts[index].iov_base = (char *)bytes + (size_t)index * slot_bytes;
    parts[index].iov_len = slot_bytes;
    messages[index].msg_hdr.msg_iov = &parts[index];
    messages[index].msg_hdr.msg_iovlen = 1;
    messages[index].msg_hdr.msg_name = &sources[index];
    messages[index].msg_hdr.msg_namelen = sizeof sources[index];
    messages[index].msg_hdr.msg_control = controls[index];
    messages[index].msg_hdr.msg_controllen = sizeof controls[index];
  }
  int received = recvmmsg(descriptor, messages, (unsigned)count, MSG_DONTWAIT | MSG_TRUNC, NULL);
  if (received < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
  for (int index = 0; index < received; index++) {
    struct nemotop_arrival *arrival = &arrivals[index];
    memset(arrival, 0, sizeof *arrival);
    arrival->byte_count = messages[index].msg_len;
    decode(&sources[index], &arrival->source);
    read_controls(&messages[index].msg_hdr, arrival);
  }
  return received;
}

int nemotop_datagram_drops(int descriptor, uint32_t *drops) {
  uint32_t figures[SK_MEMINFO_VARS] = {0};
  socklen_t length = sizeof figures;
  if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, figures, &length) != 0) return errno;
  *drops = figures[SK_MEMINFO_DROPS];
  return 0;
}
