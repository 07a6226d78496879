/* Messages of different lengths in a heap of 32 KiB. */
#include <atoll_fixed.h>

static uint64_t memory[4 << 10];

int main(void) {
  atoll_fixed* const heap = atoll_fixed_make(memory, sizeof memory, NULL);
  for (;;) {
    for (size_t size = 8; size <= 1024; size *= 2) {
      void* const message = atoll_fixed_malloc(heap, size);
      atoll_fixed_free(heap, message);
    }
  }
}
