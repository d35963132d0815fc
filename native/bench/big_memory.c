// Maps N MiB (the argument) of memory that differs from page to page, prints its address and sleeps.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv) {
  size_t size = (size_t)(argc > 1 ? strtol(argv[1], NULL, 10) : 1) << 20;
  uint32_t *words =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (words == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  for (size_t i = 0; i < size / sizeof *words; i++) words[i] = (uint32_t)(i * 2654435761u);
  printf("%p\n", (void *)words);
  fflush(stdout);
  pause();
  return 0;
}
