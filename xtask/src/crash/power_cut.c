/* Loaded into the program by `cargo xtask crash`, in front of the C library: keeps what the program has synced, so that the
 * rest can be dropped once it is killed, as a power cut would. The program itself is the one that is shipped.
 *
 *   CRASH_SYNCED   a folder; at each fsync the file's content (a folder's names) goes there, under its inode's number
 *   CRASH_WITHOUT  `sync`: an fsync counts for nothing; `claim`: every lock of flock is granted; `unnamed`: there are no
 *                  files without a name, as on some file systems
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

static int without(const char *what) {
    const char *named = getenv("CRASH_WITHOUT");
    return named && strcmp(named, what) == 0;
}

static void names(int fd, FILE *out) {
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY);
    DIR *folder = again < 0 ? NULL : fdopendir(again);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) fprintf(out, "%s\n", entry->d_name);
    if (folder) closedir(folder);
}

static void content(int fd, FILE *out) {
    char path[64], piece[65536];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = open(path, O_RDONLY);
    ssize_t count;
    while (again >= 0 && (count = read(again, piece, sizeof piece)) > 0) fwrite(piece, 1, (size_t)count, out);
    if (again >= 0) close(again);
}

static int keep(int fd) {
    const char *folder = getenv("CRASH_SYNCED");
    struct stat found;
    char path[4096], part[4096 + 8];
    if (!folder || without("sync") || fstat(fd, &found)) return 0;
    pthread_mutex_lock(&one);
    snprintf(path, sizeof path, "%s/%ju", folder, (uintmax_t)found.st_ino);
    snprintf(part, sizeof part, "%s.part", path);
    FILE *out = fopen(part, "w");
    if (out) {
        if (S_ISDIR(found.st_mode)) names(fd, out);
        else content(fd, out);
        fclose(out);
        rename(part, path);
    }
    pthread_mutex_unlock(&one);
    return 0;
}

/* The real disk is not waited for: nothing here cuts the real power. */
int fsync(int fd) { return keep(fd); }

int fdatasync(int fd) { return keep(fd); }

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if ((flags & O_TMPFILE) == O_TMPFILE && without("unnamed")) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return openat(AT_FDCWD, path, flags, mode);
}

int flock(int fd, int operation) {
    return without("claim") ? 0 : (int)syscall(SYS_flock, fd, operation);
}
