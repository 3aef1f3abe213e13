#include "watching.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

_Static_assert(sizeof(struct sock_filter) == 8, "an instruction");

static int fail(int descriptor) {
  int number = errno;
  close(descriptor);
  return -number;
}

int watching_filter(int descriptor, const void *instructions, uint16_t count) {
  struct sock_fprog program = {.len = count, .filter = (struct sock_filter *)instructions};
  return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0
             ? 0
             : errno;
}

int watching_open(uint32_t interface, const void *instructions, uint16_t count) {
  // Protocol 0 takes nothing until the socket is bound.
  int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -errno;
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET,
      .sll_protocol = htons(ETH_P_ALL),
      .sll_ifindex = (int)interface,
  };
  int on = 1;
  if (setsockopt(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
      setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0)
    return fail(descriptor);
  errno = watching_filter(descriptor, instructions, count);
  if (errno != 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0)
    return fail(descriptor);
  return descriptor;
}

int64_t watching_receive(
    int descriptor, void *packet, size_t capacity, struct watched_packet *watched) {
  struct iovec part = {.iov_base = packet, .iov_len = capacity};
  struct sockaddr_ll from = {0};
  union {
    char bytes[CMSG_SPACE(sizeof(struct timespec))];
    struct cmsghdr alignment;
  } control;
  struct msghdr message = {
      .msg_name = &from,
      .msg_namelen = sizeof from,
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof control,
  };
  ssize_t length;
  do {
    length = recvmsg(descriptor, &message, MSG_TRUNC);
  } while (length < 0 && errno == EINTR);
  if (length < 0) return -errno;
  struct timespec moment;
  clock_gettime(CLOCK_REALTIME, &moment);
  for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_TIMESTAMPNS)
      memcpy(&moment, CMSG_DATA(item), sizeof moment);
  }
  watched->time = (int64_t)moment.tv_sec * 1000000000 + moment.tv_nsec;
  watched->ether_type = ntohs(from.sll_protocol);
  watched->source = 0;
  for (int index = 0; index < 6; index++)
    watched->source = watched->source << 8 | from.sll_addr[index];
  return length;
}

int network_events_open(void) {
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (descriptor < 0) return -errno;
  struct sockaddr_nl address = {
      .nl_family = AF_NETLINK,
      .nl_groups = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV6_IFADDR,
  };
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) return fail(descriptor);
  return descriptor;
}
