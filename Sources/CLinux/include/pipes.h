#pragma once

/// Copies up to `count` bytes of what a pipe begins with, and leaves them in it; waits for the first.
/// Returns how many, 0 at the pipe's end, or -1 for what is no pipe.
int pipe_peek(int pipe, void *bytes, int count);
