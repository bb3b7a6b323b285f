#include <stddef.h>

/// Of the GNU C library, which does not show it to Swift.
void *memmem(const void *bytes, size_t count, const void *pattern, size_t pattern_count);

/// How many blocks of memory were asked for so far by threads of this process whose names begin like this.
unsigned long threads_allocations(const char *prefix);

/// The CPU time, in nanoseconds, that threads of this process whose names begin like this have taken.
unsigned long threads_nanoseconds(const char *prefix);

/// Starts what no gateway can do without, and nothing else: a thread named "floor" that reads requests and answers them,
/// and writes each event to each subscriber with a system call of its own. It knows just what the benchmarks send.
/// Returns its port on 127.0.0.1, or 0.
int floor_start(void);
