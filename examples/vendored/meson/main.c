/* Packets that grow while they arrive. */
#include <atoll_fixed.h>
#include <stdio.h>
#include <string.h>

static uint64_t memory[4 << 10];

int main(void) {
  atoll_fixed* const heap = atoll_fixed_make(memory, sizeof memory, NULL);
  atoll_fixed_statistics statistics;
  char* packet = NULL;
  size_t size = 0;
  for (;;) {
    char* const grown = atoll_fixed_realloc(heap, packet, size + 100);
    if (grown == NULL) break;
    packet = grown;
    memset(packet + size, 'x', 100);
    size += 100;
  }
  atoll_fixed_get_statistics(heap, &statistics);
  printf("a packet of %zu bytes in %zu\n", size, statistics.sys);
  return size < 30000;
}
