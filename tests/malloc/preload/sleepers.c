/* How much of one size a thread gets under a limit when other threads hold nothing in use:
 *
 *   sleepers fresh|used SIZE MIB
 *
 * With `used`, three threads first take blocks of several sizes, of together MIB, write to all of
 * them, free them, and sleep. Prints how many KiB of blocks of SIZE the main thread then gets; it
 * writes to all of them. It asks for no more than MIB, so that a cgroup can limit it, too. */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

#include "tests/malloc/preload/check.h"

enum { kThreads = 3, kRounds = 3, kMostBlocks = 100000 };

static const size_t kSizes[] = {3 << 20, 1 << 20, 300000, 100000, 40000, 9000, 2000, 300, 24};

struct Link {
  struct Link* next;
};

static size_t most_bytes;
static pthread_barrier_t all_did;

/* Takes blocks of one size until there are no more, or `most` bytes. Returns their bytes. */
static size_t take(size_t size, size_t most, struct Link** blocks) {
  size_t held = 0;
  while (held + size <= most) {
    struct Link* const link = malloc(size);
    if (link == NULL) break;
    memset(link, 'x', size);
    link->next = *blocks;
    *blocks = link;
    held += size;
  }
  return held;
}

static void free_all(struct Link* blocks) {
  while (blocks != NULL) {
    struct Link* const next = blocks->next;
    free(blocks);
    blocks = next;
  }
}

/* One thread after the other, so that each has most of the memory for a while. */
static void* fill_and_sleep(void* context) {
  (void)context;
  enum { kCount = sizeof kSizes / sizeof *kSizes };
  for (int round = 0; round < kRounds; ++round) {
    struct Link* blocks = NULL;
    size_t left = most_bytes / kThreads;
    for (size_t s = 0; s < kCount; ++s) left -= take(kSizes[s], left / (kCount - s), &blocks);
    free_all(blocks);
  }
  (void)pthread_barrier_wait(&all_did);
  (void)pthread_barrier_wait(&all_did);
  return NULL;
}

int main(int count, char** arguments) {
  CHECK(count == 4);
  const size_t size = strtoul(arguments[2], NULL, 10);
  most_bytes = strtoul(arguments[3], NULL, 10) << 20;
  const int is_used = strcmp(arguments[1], "used") == 0;
  pthread_t threads[kThreads];
  CHECK(pthread_barrier_init(&all_did, NULL, kThreads + 1) == 0);
  for (int i = 0; is_used && i < kThreads; ++i) {
    CHECK(pthread_create(&threads[i], NULL, &fill_and_sleep, NULL) == 0);
  }
  if (is_used) (void)pthread_barrier_wait(&all_did);
  struct Link* blocks = NULL;
  const size_t held = take(size, most_bytes, &blocks);
  free_all(blocks);
  if (is_used) (void)pthread_barrier_wait(&all_did);
  for (int i = 0; is_used && i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  printf("%zu\n", held >> 10);
  return 0;
}
