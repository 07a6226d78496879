/* Opened with RTLD_DEEPBIND: its malloc() is the C library's own. */
#include <stdlib.h>
#include <string.h>

char* make(size_t size) {
  char* const block = malloc(size);
  if (block != NULL) memset(block, 'm', size);
  return block;
}
