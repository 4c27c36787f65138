/* A disk that can fail: loaded into a program by LD_PRELOAD, it stands between the program and the files of one folder.
 *
 * It does what it is asked to, and writes down what was done, in order, in a log outside of the folder: which bytes were
 * written where, what was truncated, synced, made, removed and renamed. What a disk would hold after a power cut is
 * worked out from that log, in Rust. And it fails where it is told to, by a control file that it looks at before each
 * operation.
 *
 *   PARLOR_DISK_FOLDER   the folder, absolute and without symbolic links
 *   PARLOR_DISK_LOG      the log; it is appended to
 *   PARLOR_DISK_CONTROL  one line, "GENERATION FAULT NUMBER"; what is counted begins anew with each new generation
 *
 * The kernel is called directly (syscall), never through the functions that are replaced here. Not seen are memory maps,
 * descriptors copied by fcntl, pwritev, copy_file_range, sync_file_range, fallocate, link, files opened with O_SYNC, and
 * what the C library does inside of itself (fopen). Names that end in "-shm"
 * are passed over: those are SQLite's shared memory, which outlives no power cut.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* What an entry of the log tells; the same letters are in log.rs. */
enum {
    OPENED = 'o',
    WRITTEN = 'w',
    TRUNCATED = 't',
    SYNCED = 's',
    SYNC_FAILED = 'f',
    FOLDER_SYNCED = 'd',
    REMOVED = 'u',
    RENAMED = 'r'
};

/* An entry: this, then the name, then `length` bytes where it is WRITTEN or RENAMED. Numbers are as the machine has them. */
struct entry {
    uint64_t kind, file, offset, length, name;
};

/* Descriptors that are open on something in the folder. */
#define DESCRIPTORS 65536
static struct {
    _Atomic uint64_t file; /* The number of its inode, and 0 where it is none of ours. */
    char *folder;          /* Its name, where it is a folder. */
} open_files[DESCRIPTORS];

/* Held around each operation and its entry, so that the log has the order in which things happened. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char folder[PATH_MAX];
static size_t folder_length;
static const char *control;
static int log_file = -1;

/* The fault as the control file tells it, and what was counted since. */
static struct {
    unsigned long long generation, number, grown, syncs;
    char word[32];
} fault;

/* A test must not go on with a log that lacks something. */
static void give_up(const char *why) {
    fprintf(stderr, "the failing disk: %s\n", why);
    abort();
}

static void begin(void) {
    const char *watched = getenv("PARLOR_DISK_FOLDER"), *log = getenv("PARLOR_DISK_LOG");
    control = getenv("PARLOR_DISK_CONTROL");
    if (!watched || !log || !control || strlen(watched) >= sizeof folder) give_up("its variables are not set");
    strcpy(folder, watched);
    folder_length = strlen(folder);
    log_file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log_file < 0) give_up("its log can't be opened");
}

static void take_lock(void) {
    pthread_once(&once, begin);
    pthread_mutex_lock(&lock);
}

/* Leaves the lock, with errno as the operation set it. */
static void leave_lock(int error) {
    pthread_mutex_unlock(&lock);
    errno = error;
}

static int is(const char *word) { return strcmp(fault.word, word) == 0; }

/* Looks at what is to fail. The file is replaced as a whole by its writer, so that no half of a line is read. */
static void look(void) {
    char text[128] = "", word[32] = "";
    unsigned long long generation = 0, number = 0;
    int file = syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    if (file < 0) give_up("its control file can't be read");
    ssize_t length = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    if (length < 0 || sscanf(text, "%llu %31s %llu", &generation, word, &number) != 3) give_up("its control file is wrong");
    if (generation == fault.generation) return;
    memset(&fault, 0, sizeof fault);
    fault.generation = generation;
    fault.number = number;
    strcpy(fault.word, word);
}

static void tell(int kind, uint64_t file, uint64_t offset, const char *name, const void *bytes, uint64_t length) {
    struct entry entry = {kind, file, offset, length, strlen(name)};
    struct iovec parts[3] = {
        {&entry, sizeof entry}, {(void *)name, entry.name}, {(void *)bytes, bytes ? length : 0}};
    ssize_t whole = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len;
    if (syscall(SYS_writev, log_file, parts, 3) != whole) give_up("its log can't be written");
}

/* Puts the name inside of the folder into `name`, and says whether the path leads there at all. */
static int inside(int at, const char *path, char *name) {
    char whole[PATH_MAX], parent[PATH_MAX], found[PATH_MAX];
    if (path[0] != '/' && at != AT_FDCWD) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        ssize_t length = readlink(link, parent, sizeof parent - 1);
        if (length < 0) return 0;
        parent[length] = 0;
        if (snprintf(whole, sizeof whole, "%s/%s", parent, path) >= (int)sizeof whole) return 0;
    } else if (snprintf(whole, sizeof whole, "%s%s", path[0] == '/' ? "" : "./", path) >= (int)sizeof whole) {
        return 0;
    }
    struct stat about;
    if (stat(whole, &about) == 0 && S_ISDIR(about.st_mode)) {
        if (!realpath(whole, found)) return 0;
    } else {
        /* It need not be there yet, but its folder is. */
        char *last = strrchr(whole, '/');
        snprintf(parent, sizeof parent, "%.*s", last == whole ? 1 : (int)(last - whole), whole);
        if (!realpath(parent, found) || strlen(found) + strlen(last) >= sizeof found) return 0;
        strcat(found, last);
    }
    if (strncmp(found, folder, folder_length) != 0) return 0;
    if (found[folder_length] != '/' && found[folder_length] != 0) return 0;
    strcpy(name, found + folder_length + (found[folder_length] == '/'));
    return 1;
}

static int is_shared_memory(const char *name) {
    size_t length = strlen(name);
    return length >= 4 && strcmp(name + length - 4, "-shm") == 0;
}

/* The file that this descriptor is open on, and 0 where it is none of ours. One may have been closed behind our back, and
 * be something else by now. */
static uint64_t watched(int fd, struct stat *about) {
    if (fd < 0 || fd >= DESCRIPTORS || !open_files[fd].file) return 0;
    if (fstat(fd, about) == 0 && about->st_ino == open_files[fd].file) return open_files[fd].file;
    open_files[fd].file = 0;
    return 0;
}

static int open_at(int at, const char *path, int flags, mode_t mode) {
    char name[PATH_MAX];
    pthread_once(&once, begin);
    if (!inside(at, path, name)) return syscall(SYS_openat, at, path, flags, mode);
    take_lock();
    look();
    if (is("read-only") && (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != O_RDONLY) {
        leave_lock(EROFS);
        return -1;
    }
    int fd = syscall(SYS_openat, at, path, flags, mode), error = errno;
    struct stat about;
    if (fd >= 0 && !is_shared_memory(name) && fstat(fd, &about) == 0) {
        if (fd >= DESCRIPTORS) give_up("too many descriptors");
        free(open_files[fd].folder);
        open_files[fd].folder = S_ISDIR(about.st_mode) ? strdup(name) : NULL;
        open_files[fd].file = about.st_ino;
        if (S_ISREG(about.st_mode)) {
            tell(OPENED, about.st_ino, 0, name, NULL, 0);
            if (flags & O_TRUNC) tell(TRUNCATED, about.st_ino, 0, "", NULL, 0);
        }
    }
    leave_lock(error);
    return fd;
}

/* How many of `count` bytes at `offset` there is room for, of a file that ends at `size`. */
static uint64_t room(uint64_t offset, uint64_t count, uint64_t size) {
    uint64_t growth = offset + count > size ? offset + count - size : 0;
    if (!is("full") || growth <= fault.number - fault.grown) {
        fault.grown += growth;
        return count;
    }
    uint64_t missing = growth - (fault.number - fault.grown);
    fault.grown = fault.number;
    return missing < count ? count - missing : 0;
}

/* Writes at this place, or at the descriptor's own where `at` is -1. */
static ssize_t write_at(int fd, const void *bytes, size_t count, off_t at) {
    struct stat about;
    if (fd < 0 || fd >= DESCRIPTORS || !open_files[fd].file)
        return at < 0 ? syscall(SYS_write, fd, bytes, count) : syscall(SYS_pwrite64, fd, bytes, count, at);
    take_lock();
    uint64_t file = watched(fd, &about);
    ssize_t written = -1;
    int error = 0;
    if (file) {
        int appends = (syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND) != 0;
        uint64_t place = appends ? about.st_size : at < 0 ? syscall(SYS_lseek, fd, 0, SEEK_CUR) : at;
        look();
        uint64_t fits = room(place, count, about.st_size);
        if (is("read-only")) {
            error = EROFS;
        } else if (fits == 0 && count > 0) {
            error = ENOSPC;
        } else {
            written = at < 0 ? syscall(SYS_write, fd, bytes, fits) : syscall(SYS_pwrite64, fd, bytes, fits, at);
            error = errno;
            if (written > 0) tell(WRITTEN, file, place, "", bytes, written);
        }
    } else {
        written = at < 0 ? syscall(SYS_write, fd, bytes, count) : syscall(SYS_pwrite64, fd, bytes, count, at);
        error = errno;
    }
    leave_lock(error);
    return written;
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static int sync_file(long number, int fd) {
    struct stat about;
    if (fd < 0 || fd >= DESCRIPTORS || !open_files[fd].file) return syscall(number, fd);
    take_lock();
    uint64_t file = watched(fd, &about);
    int result = 0, error = 0;
    if (!file) {
        result = syscall(number, fd);
        error = errno;
        leave_lock(error);
        return result;
    }
    look();
    int due = ++fault.syncs == fault.number;
    if (is("kill-before-sync") && due) die();
    if (is("sync-fails") && due) {
        result = -1;
        error = EIO;
        if (!open_files[fd].folder) tell(SYNC_FAILED, file, 0, "", NULL, 0);
    } else if (!is("lies")) {
        result = syscall(number, fd);
        error = errno;
        if (result == 0 && open_files[fd].folder) tell(FOLDER_SYNCED, file, 0, open_files[fd].folder, NULL, 0);
        if (result == 0 && !open_files[fd].folder) tell(SYNCED, file, 0, "", NULL, 0);
        if (is("kill-after-sync") && due) die();
    }
    leave_lock(error);
    return result;
}

static int remove_at(int at, const char *path, int flags) {
    char name[PATH_MAX];
    pthread_once(&once, begin);
    if ((flags & AT_REMOVEDIR) || !inside(at, path, name) || is_shared_memory(name))
        return syscall(SYS_unlinkat, at, path, flags);
    take_lock();
    look();
    int refused = is("read-only");
    int result = refused ? -1 : syscall(SYS_unlinkat, at, path, flags), error = refused ? EROFS : errno;
    if (result == 0) tell(REMOVED, 0, 0, name, NULL, 0);
    leave_lock(error);
    return result;
}

static int rename_at(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    char before[PATH_MAX], after[PATH_MAX];
    pthread_once(&once, begin);
    int leaves = inside(from_at, from, before), arrives = inside(to_at, to, after);
    if (!leaves && !arrives) return syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    if (!leaves || !arrives || flags) give_up("a rename into the folder, out of it, or of a kind it does not know");
    take_lock();
    look();
    int refused = is("read-only");
    int result = refused ? -1 : syscall(SYS_renameat2, from_at, from, to_at, to, 0), error = refused ? EROFS : errno;
    if (result == 0) tell(RENAMED, 0, 0, before, after, strlen(after));
    leave_lock(error);
    return result;
}

static int truncate_file(int fd, off_t length) {
    struct stat about;
    if (fd < 0 || fd >= DESCRIPTORS || !open_files[fd].file) return syscall(SYS_ftruncate, fd, length);
    take_lock();
    uint64_t file = watched(fd, &about);
    int result = -1, error = 0;
    uint64_t growth = file && length > about.st_size ? length - about.st_size : 0;
    look();
    if (file && is("read-only")) {
        error = EROFS;
    } else if (growth > 0 && room(about.st_size, growth, about.st_size) < growth) {
        error = ENOSPC;
    } else {
        result = syscall(SYS_ftruncate, fd, length);
        error = errno;
        if (file && result == 0) tell(TRUNCATED, file, length, "", NULL, 0);
    }
    leave_lock(error);
    return result;
}

/* What the program calls. */

static mode_t mode_of(int flags, va_list rest) {
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? (mode_t)va_arg(rest, unsigned) : 0;
}

#define OPEN(name)                                      \
    int name(const char *path, int flags, ...) {        \
        va_list rest;                                   \
        va_start(rest, flags);                          \
        mode_t mode = mode_of(flags, rest);             \
        va_end(rest);                                   \
        return open_at(AT_FDCWD, path, flags, mode);    \
    }
#define OPENAT(name)                                    \
    int name(int at, const char *path, int flags, ...) { \
        va_list rest;                                   \
        va_start(rest, flags);                          \
        mode_t mode = mode_of(flags, rest);             \
        va_end(rest);                                   \
        return open_at(at, path, flags, mode);          \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
    if (fd < 0 || fd >= DESCRIPTORS || !open_files[fd].file) return syscall(SYS_close, fd);
    take_lock();
    open_files[fd].file = 0;
    int result = syscall(SYS_close, fd);
    leave_lock(errno);
    return result;
}

/* A copy is open on what the old one is open on. */
static int copied(int old, int new) {
    if (old < 0 || old >= DESCRIPTORS || new < 0 || new >= DESCRIPTORS || old == new) return new;
    take_lock();
    free(open_files[new].folder);
    open_files[new].folder = open_files[old].folder ? strdup(open_files[old].folder) : NULL;
    open_files[new].file = open_files[old].file;
    leave_lock(errno);
    return new;
}

int dup(int old) { return copied(old, syscall(SYS_dup, old)); }
int dup2(int old, int new) {
    if (old == new) return syscall(SYS_fcntl, old, F_GETFD) < 0 ? -1 : new;
    return copied(old, syscall(SYS_dup3, old, new, 0));
}
int dup3(int old, int new, int flags) { return copied(old, syscall(SYS_dup3, old, new, flags)); }

ssize_t write(int fd, const void *bytes, size_t count) { return write_at(fd, bytes, count, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return write_at(fd, bytes, count, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) { return write_at(fd, bytes, count, at); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (fd < 0 || fd >= DESCRIPTORS || !open_files[fd].file) return syscall(SYS_writev, fd, parts, count);
    /* It may write less than all, and the first part is less. */
    for (int n = 0; n < count; n++)
        if (parts[n].iov_len > 0) return write_at(fd, parts[n].iov_base, parts[n].iov_len, -1);
    return 0;
}

int ftruncate(int fd, off_t length) { return truncate_file(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncate_file(fd, length); }
int fsync(int fd) { return sync_file(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_file(SYS_fdatasync, fd); }
int unlink(const char *path) { return remove_at(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return remove_at(at, path, flags); }
int rename(const char *from, const char *to) { return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_at, const char *from, int to_at, const char *to) { return rename_at(from_at, from, to_at, to, 0); }
int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    return rename_at(from_at, from, to_at, to, flags);
}
