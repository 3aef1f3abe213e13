#include "signalling.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int signalling_open_sender(void) {
  int descriptor = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
  if (descriptor < 0) return -errno;
  int on = 1;
  if (setsockopt(descriptor, IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof on) != 0) {
    int number = errno;
    close(descriptor);
    return -number;
  }
  return descriptor;
}

int signalling_send(
    int descriptor, const uint8_t destination[16], const void *packet, size_t length) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6};
  memcpy(&address.sin6_addr, destination, 16);
  ssize_t sent;
  do {
    sent = sendto(descriptor, packet, length, 0, (struct sockaddr *)&address, sizeof address);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

/// The next header is a Mobility Header (135), Destination Options (60) or a routing header (43).
static struct sock_filter mobility[] = {
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 135, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 60, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 43, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, 0),
    BPF_STMT(BPF_RET | BPF_K, 0xffff),
};

int signalling_open_receiver(uint32_t interface) {
  // Nothing comes before the filter is there and the socket is bound: protocol 0 takes nothing.
  int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -errno;
  struct sock_fprog program = {.len = sizeof mobility / sizeof mobility[0], .filter = mobility};
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET,
      .sll_protocol = htons(ETH_P_IPV6),
      .sll_ifindex = (int)interface,
  };
  int on = 1;
  if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0 ||
      setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
      bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
    int number = errno;
    close(descriptor);
    return -number;
  }
  return descriptor;
}

int64_t signalling_receive(int descriptor, void *packet, size_t capacity, int64_t *time) {
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
  for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS)
      memcpy(&moment, CMSG_DATA(part), sizeof moment);
  }
  *time = (int64_t)moment.tv_sec * 1000000000 + moment.tv_nsec;
  return from.sll_pkttype == PACKET_OUTGOING ? 0 : length;
}
