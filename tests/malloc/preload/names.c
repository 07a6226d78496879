/* Every name by which programs and libraries have memory and give it back: what one hands out, every
   other one takes. With an argument the names are looked up in no matter whose malloc(). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>

#include "tests/malloc/preload/check.h"

enum { kSize = 100, kAlignment = 64 };

#if defined(__x86_64__)
/* As a program has it that was built when <stdlib.h> still declared it. */
__asm__(".symver old_cfree, cfree@GLIBC_2.2.5");
void old_cfree(void* p);
#else
#define old_cfree free
#endif

typedef void* (*Of1)(size_t);
typedef void* (*Of2)(size_t, size_t);

static void* by_realloc(void* function) {
  return ((void* (*)(void*, size_t))function)(NULL, kSize);
}
static void* by_reallocarray(void* function) {
  return ((void* (*)(void*, size_t, size_t))function)(NULL, 4, kSize / 4);
}
static void* by_size(void* function) { return ((Of1)function)(kSize); }
static void* by_count(void* function) { return ((Of2)function)(4, kSize / 4); }
static void* by_alignment(void* function) { return ((Of2)function)(kAlignment, kSize); }
static void* by_size_and_alignment(void* function) { return ((Of2)function)(kSize, kAlignment); }
static void* nothrow(void* function) {
  return ((void* (*)(size_t, const void*))function)(kSize, "");
}
static void* nothrow_aligned(void* function) {
  return ((void* (*)(size_t, size_t, const void*))function)(kSize, kAlignment, "");
}
static void* by_posix(void* function) {
  void* result = NULL;
  CHECK(((int (*)(void**, size_t, size_t))function)(&result, kAlignment, kSize) == 0);
  return result;
}

static const struct {
  const char* name;
  void* (*make)(void* function);
} makers[] = {
    {"malloc", by_size},
    {"calloc", by_count},
    {"realloc", by_realloc},
    {"reallocarray", by_reallocarray},
    {"aligned_alloc", by_alignment},
    {"memalign", by_alignment},
    {"posix_memalign", by_posix},
    {"valloc", by_size},
    {"pvalloc", by_size},
    {"__libc_malloc", by_size},
    {"__libc_calloc", by_count},
    {"__libc_realloc", by_realloc},
    {"__libc_memalign", by_alignment},
    {"__libc_valloc", by_size},
    {"__libc_pvalloc", by_size},
    {"__posix_memalign", by_posix},
    {"_Znwm", by_size},
    {"_Znam", by_size},
    {"_ZnwmRKSt9nothrow_t", nothrow},
    {"_ZnamRKSt9nothrow_t", nothrow},
    {"_ZnwmSt11align_val_t", by_size_and_alignment},
    {"_ZnamSt11align_val_t", by_size_and_alignment},
    {"_ZnwmSt11align_val_tRKSt9nothrow_t", nothrow_aligned},
    {"_ZnamSt11align_val_tRKSt9nothrow_t", nothrow_aligned},
};

/* All have at most three arguments more, which are not looked at. */
static const char* const releasers[] = {
    "free",
    "__libc_free",
    "free_sized",
    "free_aligned_sized",
    "_ZdlPv",
    "_ZdaPv",
    "_ZdlPvm",
    "_ZdaPvm",
    "_ZdlPvSt11align_val_t",
    "_ZdaPvSt11align_val_t",
    "_ZdlPvmSt11align_val_t",
    "_ZdaPvmSt11align_val_t",
    "_ZdlPvRKSt9nothrow_t",
    "_ZdaPvRKSt9nothrow_t",
    "_ZdlPvSt11align_val_tRKSt9nothrow_t",
    "_ZdaPvSt11align_val_tRKSt9nothrow_t",
};

static void release(unsigned which, void* p) {
  const unsigned count = sizeof releasers / sizeof *releasers;
  if (which == count) {
    old_cfree(p);
  } else if (which == count + 1) {
    CHECK(realloc(p, (size_t)which - count - 1) == NULL);
  } else {
    void* const function = dlsym(RTLD_DEFAULT, releasers[which]);
    if (function == NULL) fprintf(stderr, "%s\n", releasers[which]);
    CHECK(function != NULL);
    ((void (*)(void*, size_t, size_t, const void*))function)(p, kSize, kAlignment, "");
  }
}

int main(int count, char** arguments) {
  (void)arguments;
  const int is_atoll = count == 1;
  for (unsigned i = 0; i < sizeof makers / sizeof *makers; ++i) {
    void* const function = dlsym(RTLD_DEFAULT, makers[i].name);
    if (function == NULL) fprintf(stderr, "%s\n", makers[i].name);
    CHECK(function != NULL);
    for (unsigned to = 0; to < sizeof releasers / sizeof *releasers + 2; ++to) {
      char* p = makers[i].make(function);
      CHECK(p != NULL && malloc_usable_size(p) >= kSize);
      if (is_atoll) CHECK((uintptr_t)p >> 32 == 0xc0);
      memset(p, 'x', kSize);
      if (to % 2 == 0) {
        p = realloc(p, (size_t)10 * kSize);
        CHECK(p != NULL && p[kSize - 1] == 'x');
      }
      release(to, p);
    }
  }
  return 0;
}
