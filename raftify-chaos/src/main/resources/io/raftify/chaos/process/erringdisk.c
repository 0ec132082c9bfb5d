/*
 * Makes writes and syncs of the process it is preloaded into fail, for the files below $ERRING_DIRECTORY: the file that
 * $ERRING_DISK names says which kind fails, and how often.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { SOUND, SYNC_FAILS, WRITE_FAILS, WRITE_IS_SHORT, READ_ONLY };

struct fault {
    volatile int32_t kind;
    volatile int32_t left;
};

static struct fault *fault;
static const char *directory;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("ERRING_DISK");
    directory = getenv("ERRING_DIRECTORY");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0 && directory) {
        void *map = mmap(NULL, sizeof(struct fault), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        fault = map == MAP_FAILED ? NULL : map;
        close(file);
    }
}

static int fails(int fd, int kind) {
    if (!fault || fault->kind != kind) {
        return 0;
    }
    char link[32];
    char path[1024];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) {
        return 0;
    }
    path[length] = 0;
    return strncmp(path, directory, strlen(directory)) == 0 && __sync_fetch_and_sub(&fault->left, 1) > 0;
}

#define FAIL(kind, error)     \
    if (fails(fd, kind)) {    \
        errno = error;        \
        return -1;            \
    }

#define SYNC(name)                                            \
    int name(int fd) {                                        \
        FAIL(SYNC_FAILS, EIO)                                 \
        FAIL(READ_ONLY, EROFS)                                \
        int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, #name); \
        return real(fd);                                      \
    }

SYNC(fsync)
SYNC(fdatasync)

#define WRITE_AT(name, offset_type)                                                                  \
    ssize_t name(int fd, const void *bytes, size_t count, offset_type offset) {                      \
        FAIL(WRITE_FAILS, EIO)                                                                       \
        FAIL(READ_ONLY, EROFS)                                                                       \
        ssize_t (*real)(int, const void *, size_t, offset_type) =                                    \
            (ssize_t(*)(int, const void *, size_t, offset_type)) dlsym(RTLD_NEXT, #name);            \
        return real(fd, bytes, count > 1 && fails(fd, WRITE_IS_SHORT) ? count / 2 : count, offset);  \
    }

WRITE_AT(pwrite, off_t)
WRITE_AT(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t count) {
    FAIL(WRITE_FAILS, EIO)
    FAIL(READ_ONLY, EROFS)
    ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t)) dlsym(RTLD_NEXT, "write");
    return real(fd, bytes, count > 1 && fails(fd, WRITE_IS_SHORT) ? count / 2 : count);
}
