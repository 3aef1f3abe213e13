#pragma once

/// Makes a device whose packets come to this process and from it, in the network namespace of the calling thread; it
/// lasts as long as the descriptor, which does not block. A name has at most 15 bytes.
///
/// Returns a descriptor, from which each read takes a packet and to which each write gives one; or a negated errno.
int tunnel_device_open(const char *name);

/// The same for Ethernet frames, of which so many wait to be read.
int ethernet_device_open(const char *name, int queue_length);
