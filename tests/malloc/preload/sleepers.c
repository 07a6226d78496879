/* How much of one size a thread gets under a limit when other threads hold nothing in use:
 *
 *   sleepers fresh|together|in-turn SIZE MIB
 *
 * Unless `fresh`, three threads first take blocks of several sizes, each a third of MIB, write to
 * all of them, free them, and sleep. `together`, they all have their blocks before one frees them,
 * so that MIB meet the limit; `in-turn`, each frees its blocks before the next begins. Prints how
 * many KiB of blocks of SIZE the main thread then gets; it writes to all of them. It asks for no
 * more than MIB, so that a cgroup can limit it, too. */
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
static int is_in_turn;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t all_have_blocks;
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

static void* fill_and_sleep(void* context) {
  (void)context;
  if (is_in_turn) (void)pthread_mutex_lock(&turn);
  enum { kCount = sizeof kSizes / sizeof *kSizes };
  for (int round = 0; round < kRounds; ++round) {
    struct Link* blocks = NULL;
    size_t left = most_bytes / kThreads;
    for (size_t s = 0; s < kCount; ++s) left -= take(kSizes[s], left / (kCount - s), &blocks);
    if (!is_in_turn) (void)pthread_barrier_wait(&all_have_blocks);
    free_all(blocks);
  }
  if (is_in_turn) (void)pthread_mutex_unlock(&turn);
  (void)pthread_barrier_wait(&all_did);
  (void)pthread_barrier_wait(&all_did);
  return NULL;
}

int main(int count, char** arguments) {
  CHECK(count == 4);
  const size_t size = strtoul(arguments[2], NULL, 10);
  most_bytes = strtoul(arguments[3], NULL, 10) << 20;
  const int is_used = strcmp(arguments[1], "fresh") != 0;
  is_in_turn = strcmp(arguments[1], "in-turn") == 0;
  pthread_t threads[kThreads];
  CHECK(pthread_barrier_init(&all_have_blocks, NULL, kThreads) == 0);
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
