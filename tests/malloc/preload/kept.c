/* Prints how many KiB are resident when large blocks have been written and freed, beside those before. With an
   argument: how many KiB of huge pages a block has that was written, and how many it has when it has moved. */
#include <stdio.h>
#include <string.h>

#include "tests/malloc/preload/check.h"
#include "tests/malloc/preload/statm.h"

enum { kBlocks = 16 };
static const size_t kMiB = (size_t)1 << 20;

static void* written(size_t size) {
  void* const block = malloc(size);
  CHECK(block != NULL);
  return memset(block, 'x', size);
}

static int print_kept(void) {
  void* blocks[kBlocks];
  free(written(100));
  const long before = resident_bytes();
  for (int i = 0; i < kBlocks; ++i) blocks[i] = written(8 * kMiB);
  void* const largest = written(96 * kMiB);
  for (int i = 0; i < kBlocks; ++i) free(blocks[i]);
  free(largest);
  printf("%ld\n", (resident_bytes() - before) / 1024);
  return 0;
}

/* KiB of the process's memory that huge pages back. */
static long huge_kib(void) {
  long kib = 0;
  char line[256];
  FILE* const rollup = fopen("/proc/self/smaps_rollup", "r");
  CHECK(rollup != NULL);
  while (fgets(line, sizeof line, rollup) != NULL) {
    (void)sscanf(line, "AnonHugePages: %ld", &kib);
  }
  (void)fclose(rollup);
  return kib;
}

static int print_huge(void) {
  char* block = written(24 * kMiB);
  void* const wall = malloc(24 * kMiB);
  CHECK(wall != NULL);
  const long of_written = huge_kib();
  char* const moved = realloc(block, 32 * kMiB);
  CHECK(moved != NULL && moved != block && moved[24 * kMiB - 1] == 'x');
  printf("%ld %ld\n", of_written, huge_kib());
  return 0;
}

int main(int argc, char** argv) {
  (void)argv;
  return argc > 1 ? print_huge() : print_kept();
}
