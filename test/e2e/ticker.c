/*
 * The program of the target container: opens a file and says "tick N", twenty times a second, for ever.
 * It ends with a message at the first call that does not go as it would untraced.
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(void) {
  const struct timespec pause = {.tv_sec = 0, .tv_nsec = 50 * 1000 * 1000};
  for (unsigned long tick = 1;; ++tick) {
    const int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || close(fd) != 0) {
      perror("open");
      return 1;
    }
    if (dprintf(STDOUT_FILENO, "tick %lu\n", tick) < 0) {
      return 1;
    }
    if (nanosleep(&pause, NULL) != 0) {
      perror("nanosleep");
      return 1;
    }
  }
}
