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

int wakeup_wait(
    const int *descriptors, _Bool *ready, int count, int wakeup, int64_t nanoseconds) {
  struct pollfd requests[wakeup_capacity + 1];
  if (count < 0 || count > wakeup_capacity) return EINVAL;
  for (int index = 0; index < count; index++)
    requests[index] = (struct pollfd){descriptors[index], POLLIN, 0};
  requests[count] = (struct pollfd){wakeup, POLLIN, 0};
  struct timespec span = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  int found = ppoll(requests, (nfds_t)count + 1, nanoseconds < 0 ? NULL : &span, NULL);
  int reason = found < 0 && errno != EINTR ? errno : 0;
  for (int index = 0; index < count; index++)
    ready[index] = found > 0 && requests[index].revents != 0;
  eventfd_t times;
  eventfd_read(wakeup, &times);
  return reason;
}
