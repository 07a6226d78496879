/* A library that registers handlers of fork() before the first malloc(): they allocate, and wait
   for threads that do. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tests/malloc/preload/check.h"

static atomic_int count;

__attribute__((visibility("default"))) int count_handler_calls(void) { return count; }

static void allocate_and_free(void) {
  void* blocks[300];
  for (size_t i = 0; i < 300; ++i) {
    blocks[i] = malloc(i * i + 1);
    CHECK(blocks[i] != NULL);
    memset(blocks[i], 'h', i * i + 1);
  }
  for (size_t i = 0; i < 300; ++i) free(blocks[i]);
}

static void* in_thread(void* argument) {
  allocate_and_free();
  return argument;
}

static void wait_for_thread(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, &in_thread, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
}

static void around(void) {
  ++count;
  allocate_and_free();
  wait_for_thread();
}

/* Before any constructor. */
static void begin(void) { CHECK(pthread_atfork(&around, &around, &allocate_and_free) == 0); }
__attribute__((constructor(101))) static void construct(void) { begin(); }
