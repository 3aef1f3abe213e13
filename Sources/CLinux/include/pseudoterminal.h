#pragma once

/// Opens a terminal of this size and the end from which it is worked, both closed in programs started
/// later. It becomes nobody's controlling terminal.
///
/// Returns 0, or an errno.
int pseudoterminal_open(int columns, int rows, int *terminal, int *controller);
