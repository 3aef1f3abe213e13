#include "wakeups.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <time.h>

int wakeup_open(void) {
  int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return descriptor < 0 ? -errno : descriptor;
}

void wakeup_send(int descriptor) { eventfd_write(descriptor, 1); }

void wakeup_wait(int descriptor, int wakeup, int64_t nanoseconds) {
  struct pollfd requests[] = {{descriptor, POLLIN, 0}, {wakeup, POLLIN, 0}};
  struct timespec span = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  ppoll(requests, 2, nanoseconds < 0 ? NULL : &span, NULL);
  eventfd_t count;
  eventfd_read(wakeup, &count);
}
