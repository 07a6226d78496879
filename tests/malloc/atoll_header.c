/* The header in several versions of C, with a feature of C's own: designated initialisers. */

#include "tests/malloc/atoll_header.h"

#include "src/malloc/atoll.h"

/* Null, or the error. */
const char* ATOLL_HEADER_TEST(void) {
  const atoll_options options = {.size = sizeof options, .checked = 1};
  char why[64] = "unset";
  atoll_heap* const heap = atoll_heap_create(&options, why, sizeof why);
  if (heap == NULL) return "no heap";
  if (why[0] != '\0') return "a reason for what did not happen";
  int* numbers = atoll_heap_calloc(heap, 10, sizeof *numbers);
  if (numbers == NULL || numbers[9] != 0) return "not zeroed";
  numbers = atoll_heap_realloc(heap, numbers, 1000 * sizeof *numbers);
  if (numbers == NULL || numbers[9] != 0) return "not kept";
  atoll_statistics statistics = {.size = sizeof statistics};
  atoll_heap_statistics(heap, &statistics);
  if (statistics.heap_objects != 1) return "not counted";
  atoll_heap_free(heap, numbers);
  atoll_heap_destroy(heap);
  return NULL;
}
