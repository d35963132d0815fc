// Runs a command (the arguments) and writes to descriptor 3 the nanoseconds that it took and, of
// itself and the children that it waited for, the nanoseconds of processor time (getrusage(2):
// RUSAGE_CHILDREN).
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(struct timeval time) {
  return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL;
}

int main(int argc, char** argv) {
  struct timespec begun;
  struct timespec ended;
  struct rusage usage;
  int status = 0;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  const pid_t child = argc > 1 ? vfork() : -1;
  if (child == 0) {
    close(3);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &usage) != child) {
    return 127;
  }
  clock_gettime(CLOCK_MONOTONIC, &ended);
  dprintf(3, "%lld %lld\n",
          (ended.tv_sec - begun.tv_sec) * 1000000000LL + ended.tv_nsec - begun.tv_nsec,
          nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
