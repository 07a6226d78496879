/* A C program that opens a C++ library, in both ways: opens_plugin LIBRARY. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const int modes[] = {RTLD_NOW | RTLD_LOCAL, RTLD_LAZY | RTLD_LOCAL, RTLD_NOW | RTLD_GLOBAL};
  for (int i = 0; i < 3; ++i) {
    void* const plugin = dlopen(argv[1], modes[i]);
    if (plugin == NULL) {
      fprintf(stderr, "%s\n", dlerror());
      return 2;
    }
    int (*run)(void) = NULL;
    *(void**)&run = dlsym(plugin, "run_plugin");
    if (run == NULL) return 2;
    const int failed = run();
    if (failed != 0) {
      fprintf(stderr, "mode %d: %d failed\n", i, failed);
      return 1;
    }
    if (dlclose(plugin) != 0) return 2;
  }
  puts("has run");
  return 0;
}
