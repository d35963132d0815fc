// Calls getppid() N times (the argument) and sleeps for 20 ms after each.
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  const struct timespec moment = {.tv_sec = 0, .tv_nsec = 20 * 1000 * 1000};
  for (long i = argc > 1 ? strtol(argv[1], NULL, 10) : 1; i > 0; i--) {
    getppid();
    nanosleep(&moment, NULL);
  }
  return 0;
}
