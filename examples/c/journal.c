#include "examples/c/journal.h"

#include <string.h>

int journal_open(journal* j, char* why, size_t why_size) {
  const atoll_options options = {.size = sizeof options, .tiny = 1};
  j->heap = atoll_heap_create(&options, why, why_size);
  j->first = NULL;
  j->last = NULL;
  j->count = 0;
  return j->heap != NULL;
}

int journal_add(journal* j, const char* text) {
  const size_t length = strlen(text);
  entry* const added = atoll_heap_calloc(j->heap, 1, sizeof *added);
  if (added == NULL) return 0;
  added->text = atoll_heap_malloc(j->heap, length + 1);
  if (added->text == NULL) {
    atoll_heap_free(j->heap, added);
    return 0;
  }
  memcpy(added->text, text, length + 1);
  added->length = length;
  if (j->last != NULL) {
    j->last->next = added;
  } else {
    j->first = added;
  }
  j->last = added;
  ++j->count;
  return 1;
}

void journal_forget(journal* j) {
  entry* const oldest = j->first;
  if (oldest == NULL) return;
  j->first = oldest->next;
  if (j->first == NULL) j->last = NULL;
  --j->count;
  atoll_heap_free(j->heap, oldest->text);
  atoll_heap_free(j->heap, oldest);
}

/* Not one by one: the heap goes, and they with it. */
void journal_close(journal* j) {
  atoll_heap_destroy(j->heap);
  j->heap = NULL;
  j->first = NULL;
  j->last = NULL;
  j->count = 0;
}
