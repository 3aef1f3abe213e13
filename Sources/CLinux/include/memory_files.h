#pragma once

#include <stddef.h>

/// Makes a file without a name that holds these bytes, to be read from its beginning.
///
/// Returns a descriptor that is closed on exec, or a negated errno.
int memory_file_open(const void *bytes, size_t count);
