/* A list of readings in a heap of 16 KiB. */
#include <atoll_fixed.h>
#include <stdio.h>

struct reading {
  struct reading* next;
  int celsius;
};

static uint64_t memory[2 << 10];

int main(void) {
  atoll_fixed* const heap = atoll_fixed_make(memory, sizeof memory, NULL);
  struct reading* list = NULL;
  long sum = 0;
  int count = 0;
  for (;;) {
    struct reading* const reading = atoll_fixed_malloc(heap, sizeof *reading);
    if (reading == NULL) break;
    reading->celsius = 20 + count++ % 5;
    reading->next = list;
    list = reading;
  }
  while (list != NULL) {
    struct reading* const next = list->next;
    sum += list->celsius;
    atoll_fixed_free(heap, list);
    list = next;
  }
  printf("%d readings, %ld degrees on average\n", count, sum / count);
  return atoll_fixed_check(heap) != NULL || count < 900;
}
