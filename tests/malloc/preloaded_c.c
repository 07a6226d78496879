/* A C program with operator new preloaded: no library of C++ may be loaded for it. With an argument
   it calls operator new all the same, and asks for more than there is. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int exhaust(void) {
  void* (*operator_new)(size_t) = NULL;
  *(void**)&operator_new = dlsym(RTLD_DEFAULT, "_Znwm");
  if (operator_new == NULL || operator_new(100) == NULL) return 2;
  puts("new works");
  fflush(stdout);
  operator_new((size_t)-1 / 2);
  return 2;
}

int main(int argc, char** argv) {
  (void)argv;
  if (argc > 1) return exhaust();
  char line[512];
  int has_library = 0;
  int has_cxx = 0;
  FILE* const maps = fopen("/proc/self/maps", "r");
  if (maps == NULL) return 2;
  while (fgets(line, sizeof line, maps) != NULL) {
    has_library |= strstr(line, "operator_new") != NULL;
    has_cxx |= strstr(line, "libstdc++") != NULL;
  }
  fclose(maps);
  char* const text = malloc(100);
  if (text == NULL) return 2;
  strcpy(text, "has run");
  printf("%s\n", text);
  free(text);
  if (!has_library) puts("the library is not there");
  if (has_cxx) puts("libstdc++ is there");
  return has_library && !has_cxx ? 0 : 1;
}
