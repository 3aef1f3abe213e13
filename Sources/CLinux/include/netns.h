#pragma once

/// Moves the calling thread, and no other, into the network namespace that `path` names, such as
/// `/run/netns/NAME`. Sockets stay in the namespace in which they were opened.
///
/// Returns 0, or an errno.
int nemotop_enter_network_namespace(const char *path);
