#pragma once

#include <stddef.h>

/// Maps zeroed memory that is the program's alone. In huge pages only where the system has all
/// memory so: in a virtual machine that gives free memory back to its host they cost more than they
/// save, as all of it has to come from there again.
///
/// Returns nothing where there is none. To be given back with munmap.
void *_Nullable memory_region_map(size_t count);

/// Makes a mapped region larger, perhaps elsewhere; what is behind its former end is zeroed.
///
/// Returns nothing where there is no memory: then the region is as it was.
void *_Nullable memory_region_grow(void *_Nonnull region, size_t former, size_t count);

/// Has memory of a mapped region there before it is touched, all at once, where the kernel can do that.
void memory_region_fill(void *_Nonnull start, size_t count);
