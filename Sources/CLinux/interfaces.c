#include "interfaces.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(IFNAMSIZ == 16, "the room for a name");

/// The longest altname, with its end.
enum { name_capacity = 128 };

static bool ask(int descriptor, const char *name, uint32_t index) {
  struct {
    struct nlmsghdr header;
    struct ifinfomsg link;
    struct rtattr attribute;
    char name[name_capacity];
  } request = {
    .header = {.nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST},
    .link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index},
  };
  size_t length = NLMSG_LENGTH(sizeof request.link);
  if (name != NULL) {
    size_t bytes = strlen(name) + 1;
    if (bytes > sizeof request.name) {
      errno = ENODEV;
      return false;
    }
    memcpy(request.name, name, bytes);
    request.attribute.rta_type = bytes > IFNAMSIZ ? IFLA_ALT_IFNAME : IFLA_IFNAME;
    request.attribute.rta_len = (unsigned short)RTA_LENGTH(bytes);
    length += RTA_SPACE(bytes);
  }
  request.header.nlmsg_len = (uint32_t)length;
  return send(descriptor, &request, length, 0) == (ssize_t)length;
}

static uint32_t number(const struct rtattr *attribute) {
  uint32_t value = 0;
  if (RTA_PAYLOAD(attribute) >= sizeof value) memcpy(&value, RTA_DATA(attribute), sizeof value);
  return value;
}

static void copy_text(const struct rtattr *attribute, char *text, size_t capacity) {
  size_t length = strnlen(RTA_DATA(attribute), RTA_PAYLOAD(attribute));
  if (length >= capacity) length = capacity - 1;
  memcpy(text, RTA_DATA(attribute), length);
  text[length] = 0;
}

/// Whether the state of a bridge's port is BR_STATE_FORWARDING (linux/if_bridge.h).
static bool forwards(const struct rtattr *port) {
  const uint8_t forwarding = 3;
  int left = (int)RTA_PAYLOAD(port);
  for (struct rtattr *at = RTA_DATA(port); RTA_OK(at, left); at = RTA_NEXT(at, left))
    if ((at->rta_type & NLA_TYPE_MASK) == IFLA_BRPORT_STATE && RTA_PAYLOAD(at) >= 1)
      return *(const uint8_t *)RTA_DATA(at) == forwarding;
  return false;
}

static void take(const struct nlmsghdr *header, struct interface_description *description) {
  const struct ifinfomsg *link = NLMSG_DATA(header);
  description->index = (uint32_t)link->ifi_index;
  description->is_running = (link->ifi_flags & IFF_RUNNING) != 0;
  bool is_elsewhere = false;
  char master_kind[sizeof description->kind] = "";
  const struct rtattr *master_data = NULL;
  int rest = (int)IFLA_PAYLOAD(header);
  for (struct rtattr *at = IFLA_RTA(link); RTA_OK(at, rest); at = RTA_NEXT(at, rest)) {
    switch (at->rta_type) {
    case IFLA_IFNAME: copy_text(at, description->name, sizeof description->name); break;
    case IFLA_LINK: description->parent = number(at); break;
    case IFLA_LINK_NETNSID: is_elsewhere = true; break;
    case IFLA_MASTER: description->master = number(at); break;
    case IFLA_STATS64: {
      uint64_t counts[2] = {0};  // struct rtnl_link_stats64: received, then sent
      if (RTA_PAYLOAD(at) >= sizeof counts) memcpy(counts, RTA_DATA(at), sizeof counts);
      description->packets = counts[0] + counts[1];
      break;
    }
    case IFLA_LINKINFO: {
      int left = (int)RTA_PAYLOAD(at);
      for (struct rtattr *in = RTA_DATA(at); RTA_OK(in, left); in = RTA_NEXT(in, left)) {
        switch (in->rta_type & NLA_TYPE_MASK) {
        case IFLA_INFO_KIND: copy_text(in, description->kind, sizeof description->kind); break;
        case IFLA_INFO_SLAVE_KIND: copy_text(in, master_kind, sizeof master_kind); break;
        case IFLA_INFO_SLAVE_DATA: master_data = in; break;
        default: break;
        }
      }
      break;
    }
    default: break;
    }
  }
  if (is_elsewhere) description->parent = 0;
  if (master_data != NULL && strcmp(master_kind, "bridge") == 0)
    description->is_forwarding = forwards(master_data);
}

int interface_describe(
    const char *name, uint32_t index, struct interface_description *description) {
  memset(description, 0, sizeof *description);
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return errno;
  int reason = 0;
  _Alignas(struct nlmsghdr) char answer[32768];
  ssize_t length = -1;
  if (ask(descriptor, name, index)) length = recv(descriptor, answer, sizeof answer, 0);
  const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
  if (length < 0) {
    reason = errno;
  } else if (!NLMSG_OK(header, (size_t)length)) {
    reason = EPROTO;
  } else if (header->nlmsg_type == NLMSG_ERROR) {
    int error = ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
    reason = error < 0 ? -error : EPROTO;
  } else {
    take(header, description);
  }
  close(descriptor);
  return reason;
}
