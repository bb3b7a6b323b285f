// Counts what asks for memory, thread by thread: `malloc` and its like here stand before the C library's own in whatever
// program this is linked into.
#define _GNU_SOURCE
#include "benchmarks.h"

#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

enum { maximum_threads = 1024 };
static struct {
    atomic_int thread;
    atomic_ulong count;
} slots[maximum_threads];
static atomic_int used;
static _Thread_local int slot = -1;

static void note(void) {
    if (slot < 0) {
        slot = atomic_fetch_add(&used, 1) % maximum_threads;
        slots[slot].thread = gettid();
    }
    atomic_fetch_add_explicit(&slots[slot].count, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    note();
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    note();
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

static int has_prefix(int thread, const char *prefix) {
    char path[64], name[64] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", thread);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    int read = fgets(name, sizeof name, file) != NULL;
    fclose(file);
    return read && !strncmp(name, prefix, strlen(prefix));
}

unsigned long threads_allocations(const char *prefix) {
    unsigned long sum = 0;
    for (int index = 0; index < used && index < maximum_threads; index++)
        if (has_prefix(slots[index].thread, prefix)) sum += slots[index].count;
    return sum;
}

unsigned long threads_nanoseconds(const char *prefix) {
    unsigned long sum = 0;
    DIR *threads = opendir("/proc/self/task");
    if (!threads) return 0;
    for (struct dirent *entry; (entry = readdir(threads));) {
        int thread = atoi(entry->d_name);
        if (thread == 0 || !has_prefix(thread, prefix)) continue;
        // Linux's clock of a thread's CPU time: CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED.
        clockid_t clock = (clockid_t)((~(unsigned)thread << 3) | 6);
        struct timespec time;
        if (clock_gettime(clock, &time) == 0) sum += time.tv_sec * 1000000000ul + time.tv_nsec;
    }
    closedir(threads);
    return sum;
}
