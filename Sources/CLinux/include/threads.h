#pragma once

/// Gives the calling thread a name, of which the system keeps 15 bytes.
void nemotop_name_thread(const char *_Nonnull name);
