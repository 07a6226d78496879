/* A journal of texts, all in a heap of its own: dropped at once, and measured by itself. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stddef.h>

#include "src/malloc/atoll.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct entry {
  struct entry* next;
  size_t length;
  char* text;
} entry;

typedef struct journal {
  atoll_heap* heap;
  entry* first;
  entry* last;
  size_t count;
} journal;

/* 0: there is no heap, and `why` tells the reason. */
int journal_open(journal* j, char* why, size_t why_size);

/* 0: there is no memory, and the journal is as it was. */
int journal_add(journal* j, const char* text);

/* Drops the oldest entry, if there is one. */
void journal_forget(journal* j);

/* Drops all there is. */
void journal_close(journal* j);

#ifdef __cplusplus
}
#endif

#endif
