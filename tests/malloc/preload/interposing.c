/* A library in front of the C library's functions that Atoll's calls: each allocates and frees
   before and after the real one, as libraries do that watch what a program maps. INTERPOSED names
   the one that does, or is "all". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static atomic_ulong count;
static void* _Atomic outer_block;
static void* _Atomic inner_block;

/* For the program: a block of its own that will be freed within a call, one that was allocated
   within a call and may be freed by anybody, and how many calls there were. */
EXPORT void give_block(void* block) { free(atomic_exchange(&outer_block, block)); }
EXPORT void* take_block(void) { return atomic_exchange(&inner_block, NULL); }
EXPORT unsigned long count_calls(void) { return atomic_load(&count); }

/* So many times they raise a signal instead. */
static atomic_int raises;
EXPORT void raise_instead(int times) { atomic_store(&raises, times); }

static void check(int condition, const char* what) {
  if (condition) return;
  static const char kNotSo[] = "interposing.c: not so: ";
  (void)!write(2, kNotSo, sizeof kNotSo - 1);
  (void)!write(2, what, strlen(what));
  (void)!write(2, "\n", 1);
  _exit(1);
}
#define CHECK(condition) check((condition) != 0, #condition)

/* Too early for an environment, all do. */
static int is_chosen(const char* name) {
  static const char kVariable[] = "INTERPOSED=";
  for (char** variable = environ; variable != NULL && *variable != NULL; ++variable) {
    if (strncmp(*variable, kVariable, sizeof kVariable - 1) != 0) continue;
    const char* const value = *variable + sizeof kVariable - 1;
    return strcmp(value, "all") == 0 || strcmp(value, name) == 0;
  }
  return environ == NULL;
}

static void fill(char* block, size_t size) { memset(block, 'i', size); }
static int is_filled(const char* block, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (block[i] != 'i') return 0;
  }
  return 1;
}

static void allocate_and_free(void) {
  const int before = errno;
  atomic_fetch_add(&count, 1);
  if (atomic_load(&raises) > 0) {
    atomic_fetch_sub(&raises, 1);
    CHECK(raise(SIGALRM) == 0);
    errno = before;
    return;
  }
  char* small = malloc(24);
  char* medium = malloc(1500);
  char* large = malloc(100000); /* several threads at once may get none */
  char* zeroed = calloc(10, 10);
  CHECK(small != NULL && medium != NULL && zeroed != NULL);
  fill(small, 24);
  fill(medium, 1500);
  if (large != NULL) fill(large, 100000);
  for (size_t i = 0; i < 100; ++i) CHECK(zeroed[i] == 0);
  small = realloc(small, 700);
  CHECK(small != NULL && is_filled(small, 24));
  free(zeroed);
  free(atomic_exchange(&inner_block, small));

  char* outer = atomic_exchange(&outer_block, NULL);
  if (outer != NULL) {
    const char first = outer[0];
    outer = realloc(outer, 3000);
    CHECK(outer != NULL && outer[0] == first);
    free(outer);
  }
  CHECK(is_filled(medium, 1500));
  CHECK(large == NULL || is_filled(large, 100000));
  free(large);
  free(medium);
  errno = before;
}

static void* next(const char* name) {
  void* const real = dlsym(RTLD_NEXT, name);
  CHECK(real != NULL);
  return real;
}

#define INTERPOSE(result, name, parameters, arguments)                                   \
  EXPORT result name parameters {                                                        \
    result (*const real) parameters = (result(*) parameters)next(#name);                 \
    const int is_it = is_chosen(#name);                                                  \
    if (is_it) allocate_and_free();                                                      \
    const result value = real arguments;                                                 \
    if (is_it) allocate_and_free();                                                      \
    return value;                                                                        \
  }

typedef void* pointer;
typedef void (*destructor)(void*);
INTERPOSE(pointer, mmap,
          (void* where, size_t size, int protection, int flags, int file, off_t offset),
          (where, size, protection, flags, file, offset))
INTERPOSE(int, munmap, (void* where, size_t size), (where, size))
INTERPOSE(int, mprotect, (void* where, size_t size, int protection), (where, size, protection))
INTERPOSE(int, madvise, (void* where, size_t size, int advice), (where, size, advice))
INTERPOSE(int, mincore, (void* where, size_t size, unsigned char* pages), (where, size, pages))
INTERPOSE(int, clock_gettime, (clockid_t id, struct timespec* time), (id, time))
INTERPOSE(int, sched_yield, (void), ())
INTERPOSE(unsigned long, getauxval, (unsigned long type), (type))
INTERPOSE(pid_t, getpid, (void), ())
INTERPOSE(ssize_t, read, (int file, void* to, size_t size), (file, to, size))
INTERPOSE(int, close, (int file), (file))
INTERPOSE(int, pthread_key_create, (pthread_key_t * key, destructor function), (key, function))
INTERPOSE(int, pthread_setspecific, (pthread_key_t key, const void* content), (key, content))

EXPORT char* getenv(const char* name) {
  char* (*const real)(const char*) = (char* (*)(const char*))next("getenv");
  const int is_it = is_chosen("getenv");
  if (is_it) allocate_and_free();
  char* const value = real(name);
  if (is_it) allocate_and_free();
  return value;
}

EXPORT ssize_t write(int file, const void* from, size_t size) {
  ssize_t (*const real)(int, const void*, size_t) =
      (ssize_t(*)(int, const void*, size_t))next("write");
  const int is_it = is_chosen("write");
  if (is_it) allocate_and_free();
  const ssize_t value = real(file, from, size);
  if (is_it) allocate_and_free();
  return value;
}

EXPORT int open(const char* path, int flags, ...) {
  int (*const real)(const char*, int, ...) = (int (*)(const char*, int, ...))next("open");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  const int is_it = is_chosen("open");
  if (is_it) allocate_and_free();
  const int value = real(path, flags, mode);
  if (is_it) allocate_and_free();
  return value;
}

EXPORT long syscall(long number, ...) {
  long (*const real)(long, ...) = (long (*)(long, ...))next("syscall");
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(rest, long);
  va_end(rest);
  const int is_it = is_chosen("syscall");
  if (is_it) allocate_and_free();
  const long value = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  if (is_it) allocate_and_free();
  return value;
}

EXPORT int backtrace(void** frames, int most) {
  int (*const real)(void**, int) = (int (*)(void**, int))next("backtrace");
  const int is_it = is_chosen("backtrace");
  if (is_it) allocate_and_free();
  const int value = real(frames, most);
  if (is_it) allocate_and_free();
  return value;
}
