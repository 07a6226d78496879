/* The heap of the process, for C. */
#include <stdio.h>

#include "src/malloc/atoll.h"

int main(void) {
  char* const text = atoll_malloc(100);
  if (text == NULL) return 1;
  snprintf(text, 100, "%zu bytes may be used", atoll_usable_size(text));
  puts(text);
  atoll_free(text);
  return 0;
}
