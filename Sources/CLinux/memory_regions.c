#include "memory_regions.h"

#include <stdint.h>
#include <sys/mman.h>

static const size_t huge_page = 1 << 21;

/// Reserves addresses that begin where a huge page does.
static void *reserve(size_t count) {
  uint8_t *all = mmap(
      NULL, count + huge_page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) return NULL;
  size_t before = -(uintptr_t)all & (huge_page - 1);
  if (before > 0) munmap(all, before);
  if (before < huge_page) munmap(all + before + count, huge_page - before);
  return all + before;
}

void *memory_region_map(size_t count) {
  void *region =
      mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return region == MAP_FAILED ? NULL : region;
}

void *memory_region_grow(void *region, size_t former, size_t count) {
  void *larger;
  if (count <= huge_page) {
    larger = mremap(region, former, count, MREMAP_MAYMOVE);
    return larger == MAP_FAILED ? NULL : larger;
  }
  void *place = reserve(count);
  if (!place) return NULL;
  larger = mremap(region, former, count, MREMAP_MAYMOVE | MREMAP_FIXED, place);
  if (larger == MAP_FAILED) {
    munmap(place, count);
    return NULL;
  }
  madvise(larger, count, MADV_HUGEPAGE);
  return larger;
}
