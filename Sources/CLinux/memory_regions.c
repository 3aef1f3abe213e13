#include "memory_regions.h"

#include <sys/mman.h>

void *memory_region_map(size_t count) {
  void *region =
      mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return region == MAP_FAILED ? NULL : region;
}

void *memory_region_grow(void *region, size_t former, size_t count) {
  void *larger = mremap(region, former, count, MREMAP_MAYMOVE);
  return larger == MAP_FAILED ? NULL : larger;
}

void memory_region_fill(void *start, size_t count) {
#ifdef MADV_POPULATE_WRITE
  (void)madvise(start, count, MADV_POPULATE_WRITE);
#endif
}
