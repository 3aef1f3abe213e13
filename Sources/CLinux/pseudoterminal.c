#include "pseudoterminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int pseudoterminal_open(int columns, int rows, int *terminal, int *controller) {
  struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
  char name[64];
  int end = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (end < 0) return errno;
  if (grantpt(end) == 0 && unlockpt(end) == 0 && ptsname_r(end, name, sizeof name) == 0) {
    *terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*terminal >= 0 && ioctl(*terminal, TIOCSWINSZ, &size) == 0) {
      *controller = end;
      return 0;
    }
  }
  int reason = errno;
  close(end);
  return reason;
}
