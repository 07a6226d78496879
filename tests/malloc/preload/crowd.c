// crowd THREADS OBJECTS: starts threads that allocate a few objects each and sleep. Prints
// "RESIDENT PARENT CHILD": the KiB that became resident, the page faults of a fork() in the parent,
// and those in the child, which include its first calls of malloc() and free().
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/malloc/preload/check.h"
#include "tests/malloc/preload/statm.h"

enum { kMostObjects = 64, kSmallest = 16, kStep = 24, kStack = 64 << 10 };

static pthread_barrier_t barrier;
static size_t objects_per_thread;

static long faults(void) {
  struct rusage usage;
  CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
  return usage.ru_minflt;
}

static void allocate(char** objects) {
  for (size_t i = 0; i < objects_per_thread; ++i) {
    objects[i] = malloc(kSmallest + i * kStep);
    CHECK(objects[i] != NULL);
    memset(objects[i], 1, kSmallest + i * kStep);
  }
}

static void* work(void* argument) {
  char* objects[kMostObjects];
  allocate(objects);
  (void)pthread_barrier_wait(&barrier);
  (void)pthread_barrier_wait(&barrier);
  for (size_t i = 0; i < objects_per_thread; ++i) free(objects[i]);
  return argument;
}

static long faults_of_child(void) {
  int pipes[2];
  CHECK(pipe(pipes) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    char* objects[kMostObjects];
    allocate(objects);
    for (size_t i = 0; i < objects_per_thread; ++i) free(objects[i]);
    const long count = faults();
    CHECK(write(pipes[1], &count, sizeof count) == sizeof count);
    _exit(0);
  }
  long count = 0;
  int status = 0;
  CHECK(read(pipes[0], &count, sizeof count) == sizeof count);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  close(pipes[0]);
  close(pipes[1]);
  return count;
}

int main(int argc, char** argv) {
  CHECK(argc == 3);
  const size_t threads = strtoul(argv[1], NULL, 10);
  objects_per_thread = strtoul(argv[2], NULL, 10);
  CHECK(objects_per_thread <= kMostObjects);
  pthread_t* const all = malloc(threads * sizeof *all);
  CHECK(all != NULL);
  memset(all, 1, threads * sizeof *all);
  pthread_attr_t attributes;
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setstacksize(&attributes, kStack) == 0);
  CHECK(pthread_barrier_init(&barrier, NULL, (unsigned)threads + 1) == 0);
  const long before = resident_bytes();
  for (size_t i = 0; i < threads; ++i) {
    CHECK(pthread_create(&all[i], &attributes, work, NULL) == 0);
  }
  (void)pthread_barrier_wait(&barrier);
  const long grown = resident_bytes() - before;
  // The work that a process does only at its first fork does not count.
  (void)faults_of_child();
  const long start = faults();
  const pid_t child = fork();
  if (child == 0) _exit(0);
  const long of_parent = faults() - start;
  CHECK(child > 0 && waitpid(child, NULL, 0) == child);
  const long of_child = faults_of_child();
  (void)pthread_barrier_wait(&barrier);
  for (size_t i = 0; i < threads; ++i) CHECK(pthread_join(all[i], NULL) == 0);
  printf("%ld %ld %ld\n", grown / 1024, of_parent, of_child);
  return 0;
}
