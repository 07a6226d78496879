/* A program whose malloc() is Atoll's; it only has to be linked. */
#include <atoll.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  void* const block = malloc(100000);
  const size_t usable = atoll_usable_size(block);
  printf("%zu usable bytes\n", usable);
  free(block);
  return usable < 100000;
}
