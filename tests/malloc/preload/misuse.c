/* What no program may do: each argument is one. None returns. */
#include <string.h>

#include "tests/malloc/preload/check.h"

/* Not known to the compiler, which would warn. */
static void* volatile pointer;

int main(int count, char** arguments) {
  const char* const what = count > 1 ? arguments[1] : "";
  pointer = malloc(100);
  if (strcmp(what, "double") == 0) {
    free(pointer);
    free(pointer);
  } else if (strcmp(what, "inside") == 0) {
    pointer = (char*)pointer + 16;
    free(pointer);
  } else if (strcmp(what, "stack") == 0) {
    char on_stack[64];
    memset(on_stack, 0, sizeof on_stack);
    pointer = on_stack + 16;
    free(pointer);
  }
  return 0;
}
