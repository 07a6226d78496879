/* Errors of a program: each argument is one. None returns. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "tests/malloc/preload/check.h"

/* Hidden from the compiler, which would warn. */
static void* volatile pointer;

static void* free_apart(void* unused) {
  (void)unused;
  void* const first = malloc(100);
  pointer = malloc(100);
  free(first);
  free(pointer);
  free(first);
  return NULL;
}

int main(int count, char** arguments) {
  const char* const what = count > 1 ? arguments[1] : "";
  pointer = malloc(100);
  if (strcmp(what, "double") == 0) {
    free(pointer);
    free(pointer);
  } else if (strcmp(what, "double-then-more") == 0) {
    free(pointer);
    free(pointer);
    /* The second of these would be the first. */
    pointer = malloc(100);
    pointer = malloc(100);
    _exit(0);
  } else if (strcmp(what, "double-apart") == 0) {
    /* The other thread's end gives its blocks back. */
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, free_apart, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    _exit(0);
  } else if (strcmp(what, "realloc-of-freed") == 0) {
    pointer = malloc(300000);
    free(pointer);
    pointer = realloc(pointer, 300000);
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
