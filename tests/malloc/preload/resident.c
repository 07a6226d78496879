// Prints how much of the library is resident in a program that makes only common calls: the first
// part of it (src/malloc/elf/layout.lds), and none of the parts that are seldom needed.
#include <pthread.h>
#include <string.h>

#include "tests/malloc/preload/check.h"

enum { kSizes = 12, kCount = 500 };

// Fills and empties blocks of many sizes, some of which grow.
static void* work(void* unused) {
  (void)unused;
  static void* volatile kept[2][kSizes][kCount];
  static int threads = 0;
  void* volatile(*const all)[kCount] = kept[threads++];
  for (int size = 0; size < kSizes; ++size) {
    for (int i = 0; i < kCount; ++i) {
      all[size][i] = i % 2 == 0 ? malloc((size_t)16 << size) : calloc(3, (size_t)8 << size);
      CHECK(all[size][i] != NULL);
    }
  }
  for (int size = 0; size < kSizes; ++size) {
    for (int i = 0; i < kCount; ++i) {
      if (i % 3 == 0) all[size][i] = realloc(all[size][i], (size_t)40 << size);
      free(all[size][i]);
    }
  }
  return NULL;
}

int main(void) {
  pthread_t thread;
  work(NULL);
  CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);

  FILE* const maps = fopen("/proc/self/smaps", "r");
  CHECK(maps != NULL);
  char line[512];
  int mappings = 0;
  int is_code = 0;
  unsigned long first = 0;
  unsigned long last = 0;
  while (fgets(line, sizeof line, maps) != NULL) {
    char permissions[8];
    if (sscanf(line, "%*x-%*x %7s %*x", permissions) == 1) {
      is_code = strstr(line, "libatoll") != NULL && permissions[2] == 'x';
      mappings += is_code;
    } else if (is_code) {
      (void)sscanf(line, mappings == 1 ? "Rss: %lu kB" : "Nothing", &first);
      (void)sscanf(line, mappings == 2 ? "Rss: %lu kB" : "Nothing", &last);
    }
  }
  CHECK(mappings == 2);
  CHECK(first > 0 && first <= 88);
  CHECK(last == 0);
  return 0;
}
