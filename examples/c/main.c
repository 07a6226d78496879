#include <stdio.h>
#include <string.h>

#include "examples/c/journal.h"

/* Keeps the last lines of standard input, and tells what that takes. */
int main(void) {
  enum { kMost = 1000 };
  char why[256];
  journal lines;
  if (!journal_open(&lines, why, sizeof why)) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  char line[4096];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (!journal_add(&lines, line)) {
      atoll_heap_last_error(lines.heap, why, sizeof why);
      fprintf(stderr, "%s\n", why);
      return 1;
    }
    if (lines.count > kMost) journal_forget(&lines);
  }
  atoll_statistics statistics = {.size = sizeof statistics};
  atoll_heap_statistics(lines.heap, &statistics);
  printf("lines %u\n", (unsigned)lines.count);
  if (lines.last != NULL) printf("last %s\n", lines.last->text);
  printf("heap_alloc %llu\nheap_inuse %llu\ntotal_alloc %llu\n",
         (unsigned long long)statistics.heap_alloc, (unsigned long long)statistics.heap_inuse,
         (unsigned long long)statistics.total_alloc);
  journal_close(&lines);
  return 0;
}
