#include "memory_files.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int memory_file_open(const void *bytes, size_t count) {
  int descriptor = memfd_create("input", MFD_CLOEXEC);
  if (descriptor < 0) return -errno;
  const char *next = bytes;
  while (count > 0) {
    ssize_t written = write(descriptor, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      int number = errno;
      close(descriptor);
      return -number;
    }
    next += written;
    count -= (size_t)written;
  }
  if (lseek(descriptor, 0, SEEK_SET) == 0) return descriptor;
  int number = errno;
  close(descriptor);
  return -number;
}
