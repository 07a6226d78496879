/* The first call is made before anything is initialised, and later the program writes over its
   arguments and environment, as those do that show in a list of processes what they are at. */
#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "tests/malloc/preload/check.h"

static void* early_block;
static char** early_environment;

static void begin(void) {
  early_environment = environ;
  early_block = malloc(100);
}
__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = &begin;

int main(int count, char** arguments) {
  CHECK(count > 0);
  CHECK(early_block != NULL);
  /* Else this is no test. */
  CHECK(early_environment == NULL);
  free(early_block);
  char* end = arguments[0];
  for (char** variable = environ; *variable != NULL; ++variable) {
    if (*variable > end) end = *variable + strlen(*variable);
  }
  memset(arguments[0], 0, (size_t)(end - arguments[0]));
  strcpy(arguments[0], "early: idle");
  return 0;
}
