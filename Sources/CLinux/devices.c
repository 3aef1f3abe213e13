#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int device_open(const char *name, short kind) {
  struct ifreq request = {.ifr_flags = (short)(kind | IFF_NO_PI)};
  if (strlen(name) >= sizeof request.ifr_name) return -ENAMETOOLONG;
  strcpy(request.ifr_name, name);
  int descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  if (ioctl(descriptor, TUNSETIFF, &request) == 0) return descriptor;
  int number = errno;
  close(descriptor);
  return -number;
}

int tunnel_device_open(const char *name) { return device_open(name, IFF_TUN); }

/// Each frame waits in a ring of this length (TUNSETIFF makes it, and a change of the length makes it anew).
static int set_queue_length(const char *name, int length) {
  struct ifreq request = {.ifr_qlen = length};
  strcpy(request.ifr_name, name);
  int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  int number = ioctl(descriptor, SIOCSIFTXQLEN, &request) == 0 ? 0 : errno;
  close(descriptor);
  return number;
}

int ethernet_device_open(const char *name, int queue_length) {
  int descriptor = device_open(name, IFF_TAP);
  if (descriptor < 0) return descriptor;
  int number = set_queue_length(name, queue_length);
  if (number == 0) return descriptor;
  close(descriptor);
  return -number;
}
