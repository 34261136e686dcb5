/* Faults at the n-th change of a file, by interposition (LD_PRELOAD). Counts write, pwrite, writev, fsync, fdatasync,
 * ftruncate, rename and unlink of regular files, whoever calls them in the process: Python, DuckDB, SQLite, Arrow.
 *
 * fault_arm(KILL, n)   the process dies before its n-th change
 * fault_arm(TORN, n)   before the n-th change dies, half of it is written if it is a write
 * fault_arm(POWER, n)  the process dies, and what was written but not synced is as before; names of files stay changed,
 *                      as on a journalling file system
 * fault_arm(FULL, n)   from the n-th change on nothing can be written
 * fault_arm(LOCKED, n) from the n-th change on nothing in a folder named intake can be removed
 * fault_clock(s)       the clock of the process is s seconds ahead
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OFF, KILL, TORN, POWER, FULL, LOCKED };

static int mode = OFF;
static long limit = 0, count = 0, ahead = 0;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct undo { int fd; dev_t dev; ino_t ino; off_t at, size; size_t length; char *bytes; struct undo *next; };
static struct undo *undone = NULL;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void fault_arm(int kind, long n) { mode = kind; limit = n; count = 0; }
long fault_count(void) { return count; }
void fault_clock(long seconds) { ahead = seconds; }

static void die(void) {
    for (struct undo *u = undone; mode == POWER && u; u = u->next) { /* newest first */
        if (u->length) REAL(pwrite)(u->fd, u->bytes, u->length, u->at);
        REAL(ftruncate)(u->fd, u->size);
    }
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Whether the change that is about to happen must fail; with `torn`, whether half of it should happen first. */
static int strikes(int *torn) {
    if (mode == OFF || ++count < limit) return 0;
    if (mode == TORN && torn) { *torn = 1; return 0; }
    if (mode == KILL || mode == TORN || mode == POWER) die();
    return mode == FULL;
}

static int regular(int fd, struct stat *st) { return fstat(fd, st) == 0 && S_ISREG(st->st_mode); }

static void remember(int fd, const struct stat *st, off_t at, size_t length) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct undo *u = calloc(1, sizeof *u);
    for (struct undo *o = undone; o && !u->fd; o = o->next)
        if (o->dev == st->st_dev && o->ino == st->st_ino) u->fd = o->fd;
    if (!u->fd) u->fd = open(path, O_RDWR | O_CLOEXEC);
    u->dev = st->st_dev; u->ino = st->st_ino; u->at = at; u->size = st->st_size;
    if (at < st->st_size && length) {
        u->bytes = malloc(length);
        ssize_t had = pread(u->fd, u->bytes, length, at);
        u->length = had > 0 ? had : 0;
    }
    u->next = undone;
    undone = u;
}

static void forget(const struct stat *st) {
    int fd = -1;
    for (struct undo **p = &undone; *p;) {
        struct undo *u = *p;
        if (u->dev == st->st_dev && u->ino == st->st_ino) { *p = u->next; fd = u->fd; free(u->bytes); free(u); }
        else p = &u->next;
    }
    if (fd >= 0) close(fd);
}

static off_t place(int fd, const struct stat *st) {
    return fcntl(fd, F_GETFL) & O_APPEND ? st->st_size : lseek(fd, 0, SEEK_CUR);
}

#define WRITES(call, half, where, amount)                                     \
    struct stat st;                                                           \
    if (mode == OFF || !regular(fd, &st)) return call;                        \
    pthread_mutex_lock(&lock);                                                \
    int torn = 0;                                                             \
    if (strikes(&torn)) { pthread_mutex_unlock(&lock); errno = ENOSPC; return -1; } \
    if (torn) { half; die(); }                                                \
    if (mode == POWER) remember(fd, &st, where, amount);                      \
    ssize_t done = call;                                                      \
    pthread_mutex_unlock(&lock);                                              \
    return done;

ssize_t write(int fd, const void *b, size_t n) {
    WRITES(REAL(write)(fd, b, n), REAL(write)(fd, b, n / 2), place(fd, &st), n)
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
    WRITES(REAL(pwrite)(fd, b, n, at), REAL(pwrite)(fd, b, n / 2, at), at, n)
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
    WRITES(REAL(pwrite64)(fd, b, n, at), REAL(pwrite64)(fd, b, n / 2, at), at, n)
}
ssize_t writev(int fd, const struct iovec *v, int n) {
    size_t sum = 0;
    for (int i = 0; i < n; i++) sum += v[i].iov_len;
    WRITES(REAL(writev)(fd, v, n), REAL(writev)(fd, v, n / 2), place(fd, &st), sum)
}

#define TRUNCATES(call)                                                       \
    struct stat st;                                                           \
    if (mode == OFF || !regular(fd, &st)) return call;                        \
    pthread_mutex_lock(&lock);                                                \
    if (strikes(NULL)) { pthread_mutex_unlock(&lock); errno = ENOSPC; return -1; } \
    if (mode == POWER) remember(fd, &st, n, n < st.st_size ? st.st_size - n : 0); \
    int done = call;                                                          \
    pthread_mutex_unlock(&lock);                                              \
    return done;

int ftruncate(int fd, off_t n) { TRUNCATES(REAL(ftruncate)(fd, n)) }
int ftruncate64(int fd, off64_t n) { TRUNCATES(REAL(ftruncate64)(fd, n)) }

#define SYNCS(call)                                                           \
    struct stat st;                                                           \
    if (mode == OFF || !regular(fd, &st)) return call;                        \
    pthread_mutex_lock(&lock);                                                \
    if (strikes(NULL)) { pthread_mutex_unlock(&lock); errno = ENOSPC; return -1; } \
    int done = call;                                                          \
    if (mode == POWER) forget(&st);                                           \
    pthread_mutex_unlock(&lock);                                              \
    return done;

int fsync(int fd) { SYNCS(REAL(fsync)(fd)) }
int fdatasync(int fd) { SYNCS(REAL(fdatasync)(fd)) }

#define NAMES(call, path, removes)                                            \
    if (mode == OFF) return call;                                             \
    pthread_mutex_lock(&lock);                                                \
    int fails = strikes(NULL);                                                \
    pthread_mutex_unlock(&lock);                                              \
    if (mode == LOCKED && count >= limit && strstr(path, "intake")) { errno = EROFS; return -1; } \
    if (fails && !(removes)) { errno = ENOSPC; return -1; }                   \
    return call;

int rename(const char *a, const char *b) { NAMES(REAL(rename)(a, b), a, 0) }
int renameat(int d, const char *a, int e, const char *b) { NAMES(REAL(renameat)(d, a, e, b), a, 0) }
int unlink(const char *a) { NAMES(REAL(unlink)(a), a, 1) }
int unlinkat(int d, const char *a, int f) { NAMES(REAL(unlinkat)(d, a, f), a, 1) }

int clock_gettime(clockid_t id, struct timespec *t) {
    int done = REAL(clock_gettime)(id, t);
    if (id == CLOCK_REALTIME) t->tv_sec += ahead;
    return done;
}
