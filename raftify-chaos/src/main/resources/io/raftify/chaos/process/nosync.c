/* Preloaded into a member as the control of the power cuts: every sync claims to be done, and is not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

int fsync(int fd) { (void)fd; return 0; }
int fdatasync(int fd) { (void)fd; return 0; }
int msync(void *addr, size_t length, int flags) { (void)addr; (void)length; (void)flags; return 0; }

/* LMDB writes its meta pages through a descriptor that syncs by itself. */
static int unsynced(const char *name, const char *path, int flags, mode_t mode) {
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...)) dlsym(RTLD_NEXT, name);
    return real(path, flags & ~(O_SYNC | O_DSYNC), mode);
}

#define OPEN(name)                                  \
    int name(const char *path, int flags, ...) {    \
        mode_t mode = 0;                            \
        if (flags & (O_CREAT | O_TMPFILE)) {        \
            va_list more;                           \
            va_start(more, flags);                  \
            mode = va_arg(more, mode_t);            \
            va_end(more);                           \
        }                                           \
        return unsynced(#name, path, flags, mode);  \
    }

OPEN(open)
OPEN(open64)
