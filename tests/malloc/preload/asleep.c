// asleep WHO THREADS OBJECTS: starts threads that allocate some hundred MiB together and sleep.
// Prints how many KiB of them stay resident when all are freed, after malloc_trim(). WHO frees:
// `own`: each thread its own objects before it sleeps; `main`: the main thread, meanwhile, all.
#include <malloc.h>
#include <pthread.h>
#include <string.h>

#include "tests/malloc/preload/check.h"
#include "tests/malloc/preload/statm.h"

enum { kSmallest = 16, kLargest = 2048 };

static pthread_barrier_t barrier;
static void** objects;
static size_t objects_per_thread;
static int frees_own;

static void* work(void* mine) {
  void** const own = mine;
  unsigned random = (unsigned)((own - objects) + 1);
  for (size_t i = 0; i < objects_per_thread; ++i) {
    random = random * 1103515245 + 12345;
    const size_t size = kSmallest + (random >> 8) % (kLargest - kSmallest + 1);
    own[i] = malloc(size);
    CHECK(own[i] != NULL);
    memset(own[i], 1, size);
  }
  for (size_t i = 0; frees_own && i < objects_per_thread; ++i) free(own[i]);
  (void)pthread_barrier_wait(&barrier);
  (void)pthread_barrier_wait(&barrier);
  // Awake again, it goes on as before.
  for (size_t i = 0; i < objects_per_thread; ++i) {
    char* const p = malloc(kSmallest + i % kLargest);
    CHECK(p != NULL);
    memset(p, 2, kSmallest + i % kLargest);
    free(p);
  }
  return NULL;
}

int main(int argc, char** argv) {
  CHECK(argc == 4);
  frees_own = strcmp(argv[1], "own") == 0;
  const size_t threads = strtoul(argv[2], NULL, 10);
  objects_per_thread = strtoul(argv[3], NULL, 10);
  objects = malloc(threads * objects_per_thread * sizeof *objects);
  pthread_t* const all = malloc(threads * sizeof *all);
  CHECK(objects != NULL && all != NULL);
  memset(objects, 1, threads * objects_per_thread * sizeof *objects);
  CHECK(pthread_barrier_init(&barrier, NULL, (unsigned)threads + 1) == 0);
  const long before = resident_bytes();
  for (size_t i = 0; i < threads; ++i) {
    CHECK(pthread_create(&all[i], NULL, work, objects + i * objects_per_thread) == 0);
  }
  (void)pthread_barrier_wait(&barrier);
  const long most = resident_bytes();
  for (size_t i = 0; !frees_own && i < threads * objects_per_thread; ++i) free(objects[i]);
  (void)malloc_trim(0);
  const long after = resident_bytes();
  (void)pthread_barrier_wait(&barrier);
  for (size_t i = 0; i < threads; ++i) CHECK(pthread_join(all[i], NULL) == 0);
  fprintf(stderr, "%s, %zu threads: %ld KiB, %ld after malloc_trim()\n", argv[1], threads,
          (most - before) / 1024, (after - before) / 1024);
  printf("%ld\n", (after - before) / 1024);
  return 0;
}
