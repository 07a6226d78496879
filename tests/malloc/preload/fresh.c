/* Where the first objects of a process lie: nothing is freed. */
#include <stdint.h>

#include "tests/malloc/preload/check.h"

int main(void) {
  /* 100 bytes are served by the class of 112. */
  uintptr_t last = (uintptr_t)malloc(100);
  printf("%#lx\n", (unsigned long)last);
  int neighbours = 0;
  for (int i = 0; i < 40; ++i) {
    const uintptr_t next = (uintptr_t)malloc(100);
    if (next == last + 112) ++neighbours;
    last = next;
  }
  CHECK(neighbours == 40);
  return 0;
}
