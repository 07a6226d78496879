/* A C program with a vendored copy of Atoll: the heap of the process, and one of its own. */
#include <stdio.h>
#include <string.h>

#include "atoll.h"

static int check(int holds, const char* what) {
  if (!holds) printf("not so: %s\n", what);
  return holds ? 0 : 1;
}

int main(void) {
  int wrong = 0;
  char why[100] = "";
  atoll_options options = {0};
  atoll_statistics statistics = {0};
  atoll_heap* heap;
  char* object = atoll_malloc(100);
  void* blocks[1000];
  size_t i;

  strcpy(object, "contents");
  object = atoll_realloc(object, 100000);
  wrong += check(strcmp(object, "contents") == 0, "an object keeps its contents");
  wrong += check(atoll_usable_size(object) >= 100000, "an object has its size");
  atoll_free(object);

  options.size = sizeof options;
  options.checked = 1;
  heap = atoll_heap_create(&options, why, sizeof why);
  wrong += check(heap != NULL, "a heap begins");
  printf("%s", why);
  for (i = 0; i < 1000; ++i) blocks[i] = atoll_heap_malloc(heap, 1 + i % 300);
  statistics.size = sizeof statistics;
  atoll_heap_statistics(heap, &statistics);
  wrong += check(statistics.heap_objects == 1000, "a heap counts its objects");
  for (i = 0; i < 1000; ++i) atoll_heap_free(heap, blocks[i]);
  wrong += check(atoll_heap_check(heap, why, sizeof why) == 0, "every invariant holds");
  atoll_heap_destroy(heap);
  return wrong;
}
