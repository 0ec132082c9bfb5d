/*
 * Bends the wall clock of the process it is preloaded into: three numbers in the file that $BENT_CLOCK names say which true
 * time is shown as which, and how many microseconds pass in a true second. The monotonic clock is left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct bend {
    volatile int64_t true_nanos;
    volatile int64_t shown_nanos;
    volatile int64_t rate_ppm;
};

static const struct bend *bend;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
    real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    const char *path = getenv("BENT_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *map = mmap(NULL, sizeof(struct bend), PROT_READ, MAP_SHARED, file, 0);
        bend = map == MAP_FAILED ? NULL : map;
        close(file);
    }
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (!real_clock_gettime) {
        real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = real_clock_gettime(clock, time);
    if (result == 0 && bend && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t now = (int64_t) time->tv_sec * 1000000000 + time->tv_nsec;
        int64_t passed = now - bend->true_nanos;
        int64_t shown = bend->shown_nanos + passed / 1000000 * bend->rate_ppm;
        time->tv_sec = shown / 1000000000;
        time->tv_nsec = shown % 1000000000;
    }
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return result;
}
