/* Writes down every write and every sync of files below a folder, and ends the process before one
 * of them. Preloaded: what asks for a write need not know. Syncs are noted and not done: whether
 * the disk of this machine keeps anything is of no matter. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE, CUT, SYNC, GONE };

struct head {
  int32_t kind;
  int32_t path; /* bytes of its name */
  int64_t offset;
  int64_t bytes;
};

static int log_fd = -1;
static long left = -1;
static char folder[1024];

/* Begin; the process ends before the operation that comes after so many others. */
void power_begin(const char *below, int fd, long operations) {
  snprintf(folder, sizeof folder, "%s", below);
  left = operations;
  log_fd = fd;
}

static int is_ours(const char *path) {
  size_t length = strlen(path);
  if (log_fd < 0 || strncmp(path, folder, strlen(folder)) != 0) return 0;
  return length < 4 || strcmp(path + length - 4, "-shm") != 0; /* of processes, not of the disk */
}

static int path_of(int fd, char *path, size_t room) {
  char link[64];
  if (log_fd < 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t got = readlink(link, path, room - 1);
  if (got < 0) return 0;
  path[got] = 0;
  return is_ours(path);
}

static void note(enum kind kind, const char *path, int64_t offset, const void *data, size_t bytes) {
  if (left-- == 0) syscall(SYS_kill, getpid(), SIGKILL);
  struct head head = {kind, (int32_t)strlen(path), offset, (int64_t)bytes};
  struct iovec parts[3] = {{&head, sizeof head}, {(void *)path, strlen(path)}, {(void *)data, bytes}};
  if (syscall(SYS_writev, log_fd, parts, data ? 3 : 2) < 0) syscall(SYS_kill, getpid(), SIGKILL);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) {
  char path[1024];
  if (path_of(fd, path, sizeof path)) note(WRITE, path, offset, data, bytes);
  return syscall(SYS_pwrite64, fd, data, bytes, offset);
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) {
  return pwrite64(fd, data, bytes, offset);
}

ssize_t write(int fd, const void *data, size_t bytes) {
  char path[1024];
  if (path_of(fd, path, sizeof path)) note(WRITE, path, lseek(fd, 0, SEEK_CUR), data, bytes);
  return syscall(SYS_write, fd, data, bytes);
}

int ftruncate64(int fd, off64_t size) {
  char path[1024];
  if (path_of(fd, path, sizeof path)) note(CUT, path, size, NULL, 0);
  return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fsync(int fd) {
  char path[1024];
  if (!path_of(fd, path, sizeof path)) return (int)syscall(SYS_fsync, fd);
  note(SYNC, path, 0, NULL, 0);
  return 0;
}

int fdatasync(int fd) { return fsync(fd); }

int unlink(const char *path) {
  if (is_ours(path)) note(GONE, path, 0, NULL, 0);
  return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
