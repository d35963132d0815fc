// Starts N threads (the argument) that sleep, says "ready" and sleeps too.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *sleeper(void *unused) {
  pause();
  return unused;
}

int main(int argc, char **argv) {
  long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 65536);
  for (long i = 1; i < count; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, sleeper, NULL) != 0) {
      fputs("pthread_create\n", stderr);
      return 1;
    }
  }
  puts("ready");
  fflush(stdout);
  pause();
  return 0;
}
