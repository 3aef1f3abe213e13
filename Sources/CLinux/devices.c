#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
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

int ethernet_device_open(const char *name) { return device_open(name, IFF_TAP); }
