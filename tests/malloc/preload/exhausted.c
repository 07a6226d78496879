/* Memory runs out, again and again: each argument is a way for it to. A call that cannot be served
 * returns null with ENOMEM and changes nothing; once there is memory again, all goes on. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/malloc/preload/check.h"
#include "tests/malloc/preload/statm.h"

enum {
  kThreads = 3,
  kRounds = 3,
  kBlocks = 40000,
  kKept = 500,
  kHeld = 64 << 20 /* bytes that one thread holds at most */
};

/* From largest to smallest: each size uses the memory that the one before left over. */
static const size_t kSizes[] = {5 << 20, 1 << 20, 200000, 40000, 9000, 2000, 300, 24};

static size_t page;

struct Block {
  unsigned char* bytes;
  size_t size;
};

/* Both ends and some of what lies between are written to: the pages must be there. */
static void stamp(const struct Block* block) {
  const unsigned char value = (unsigned char)(block->size * 31 + 7);
  for (size_t i = 0; i < block->size; i += 8 * page) block->bytes[i] = value;
  block->bytes[block->size - 1] = value;
}

static int is_stamped(const struct Block* block, size_t size) {
  const unsigned char value = (unsigned char)(block->size * 31 + 7);
  for (size_t i = 0; i < size; i += 8 * page) {
    if (block->bytes[i] != value) return 0;
  }
  return size < block->size || block->bytes[size - 1] == value;
}

/* A block by one of the calls, each in turn; null only with its reason. */
static unsigned char* take(size_t size, unsigned turn) {
  void* p = NULL;
  errno = 0;
  switch (turn % 4) {
    case 0:
      p = malloc(size);
      break;
    case 1:
      p = calloc(1, size);
      CHECK(p == NULL || ((unsigned char*)p)[size / 2] == 0);
      break;
    case 2:
      p = memalign(2 * page, size);
      break;
    default: {
      const int error = posix_memalign(&p, 64, size);
      CHECK(error == (p == NULL ? ENOMEM : 0));
      return p;
    }
  }
  CHECK(p != NULL || errno == ENOMEM);
  return p;
}

/* Grows or shrinks a block; one that cannot grow stays as it is, and one can always shrink. */
static void resize(struct Block* block, size_t size) {
  CHECK(is_stamped(block, block->size));
  errno = 0;
  unsigned char* const moved = realloc(block->bytes, size);
  if (moved == NULL) {
    CHECK(errno == ENOMEM && size > block->size && is_stamped(block, block->size));
    return;
  }
  block->bytes = moved;
  CHECK(is_stamped(block, size < block->size ? size : block->size));
  block->size = size;
  stamp(block);
}

/* Takes until nothing is left, or enough was had; whether nothing was left. */
static int take_all(struct Block* blocks, size_t* count) {
  size_t held = 0;
  int ran_out = 0;
  for (size_t s = 0; s < sizeof kSizes / sizeof *kSizes; ++s) {
    for (unsigned turn = 0; *count < kBlocks && held < kHeld; ++turn) {
      struct Block block = {take(kSizes[s], turn), kSizes[s]};
      if (block.bytes == NULL) {
        ran_out = 1;
        break;
      }
      stamp(&block);
      blocks[(*count)++] = block;
      held += block.size;
    }
  }
  return ran_out;
}

static int exhaust_once(struct Block* blocks, unsigned round) {
  size_t count = 0;
  const int ran_out = take_all(blocks, &count);
  for (size_t i = 0; i < count; i += 1 + i / 8) {
    resize(&blocks[i], round % 2 == 0 ? blocks[i].size * 2 : blocks[i].size / 2 + 1);
  }
  /* Every second one first, so that free blocks lie between blocks in use. */
  for (size_t first = 0; first < 2; ++first) {
    for (size_t i = first; i < count; i += 2) {
      CHECK(is_stamped(&blocks[i], blocks[i].size));
      free(blocks[i].bytes);
    }
    if (round % 2 == 0) (void)malloc_trim(0);
  }
  return ran_out;
}

static pthread_barrier_t all_ready;

static void* exhaust(void* context) {
  /* Not of the heap that runs out. */
  struct Block* const blocks = context;
  int ran_out = 0;
  (void)pthread_barrier_wait(&all_ready);
  for (unsigned round = 0; round < kRounds; ++round) ran_out += exhaust_once(blocks, round);
  return (void*)(intptr_t)ran_out;
}

static void* own_memory(size_t size) {
  void* const p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(p != MAP_FAILED);
  return p;
}

struct Limited {
  void (*begin)(void);
  void (*end)(void);
};

static void nothing(void) {}

/* From now on new mappings are locked, up to RLIMIT_MEMLOCK. */
static void lock(void) { CHECK(mlockall(MCL_FUTURE) == 0); }
static void unlock(void) { CHECK(munlockall() == 0); }

static struct rlimit before;

static void lower(__rlimit_resource_t resource, rlim_t limit) {
  CHECK(getrlimit(resource, &before) == 0);
  const struct rlimit lower = {limit, before.rlim_max};
  CHECK(setrlimit(resource, &lower) == 0);
}

/* As much as there is at the moment, and a little more. */
static rlim_t a_little_more_than(int column) {
  return (rlim_t)bytes_of_process(column) + (3 << 20);
}

static void lower_address_space(void) { lower(RLIMIT_AS, a_little_more_than(kAddressSpace)); }
static void raise_address_space(void) { CHECK(setrlimit(RLIMIT_AS, &before) == 0); }
static void lower_data(void) { lower(RLIMIT_DATA, a_little_more_than(kData)); }
static void raise_data(void) { CHECK(setrlimit(RLIMIT_DATA, &before) == 0); }

static unsigned char* mapped;
static size_t mapped_pages;
static size_t spare_mappings;

static size_t most_mappings(void) {
  FILE* const file = fopen("/proc/sys/vm/max_map_count", "re");
  CHECK(file != NULL);
  size_t count = 0;
  CHECK(fscanf(file, "%zu", &count) == 1);
  CHECK(fclose(file) == 0);
  return count;
}

/* Makes mappings until the kernel has no more, then gives some back. */
static void map_all(void) {
  mapped_pages = 2 * most_mappings();
  mapped = mmap(NULL, mapped_pages * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                -1, 0);
  CHECK(mapped != MAP_FAILED);
  size_t last = 1;
  while (last < mapped_pages && mprotect(mapped + last * page, page, PROT_READ) == 0) last += 2;
  CHECK(last < mapped_pages && errno == ENOMEM);
  /* A page that is as its neighbours again is two mappings fewer. */
  for (size_t i = 0; i < spare_mappings; i += 2) {
    last -= 2;
    CHECK(mprotect(mapped + last * page, page, PROT_NONE) == 0);
  }
}

static void unmap_all(void) { CHECK(munmap(mapped, mapped_pages * page) == 0); }

static int is_called(const char* name, const char* what) { return strcmp(name, what) == 0; }

static struct Limited limited_by(const char* name, const char* argument) {
  if (is_called(name, "outside")) return (struct Limited){&nothing, &nothing};
  if (is_called(name, "locked")) return (struct Limited){&lock, &unlock};
  if (is_called(name, "address-space")) {
    return (struct Limited){&lower_address_space, &raise_address_space};
  }
  if (is_called(name, "data")) return (struct Limited){&lower_data, &raise_data};
  CHECK(is_called(name, "mappings") && argument != NULL);
  spare_mappings = strtoul(argument, NULL, 10);
  return (struct Limited){&map_all, &unmap_all};
}

/* All of it, and more than ran out. */
static void use_again(void) {
  struct Block block = {malloc(kHeld), kHeld};
  CHECK(block.bytes != NULL);
  stamp(&block);
  resize(&block, 2 * block.size);
  CHECK(block.size == 2UL * kHeld);
  free(block.bytes);
}

int main(int count, char** arguments) {
  CHECK(count > 1);
  page = (size_t)sysconf(_SC_PAGESIZE);
  const struct Limited limited = limited_by(arguments[1], count > 2 ? arguments[2] : NULL);
  struct Block kept[kKept];
  for (size_t i = 0; i < kKept; ++i) {
    kept[i].size = 1 + i * i;
    kept[i].bytes = malloc(kept[i].size);
    CHECK(kept[i].bytes != NULL);
    stamp(&kept[i]);
  }
  pthread_t threads[kThreads];
  CHECK(pthread_barrier_init(&all_ready, NULL, kThreads + 1) == 0);
  for (int i = 0; i < kThreads; ++i) {
    void* const blocks = own_memory(kBlocks * sizeof(struct Block));
    CHECK(pthread_create(&threads[i], NULL, &exhaust, blocks) == 0);
  }
  limited.begin();
  (void)pthread_barrier_wait(&all_ready);
  int ran_out = 0;
  for (int i = 0; i < kThreads; ++i) {
    void* result = NULL;
    CHECK(pthread_join(threads[i], &result) == 0);
    ran_out += (int)(intptr_t)result;
  }
  CHECK(is_called(arguments[1], "mappings") || ran_out > 0);
  for (size_t i = 0; i < kKept; ++i) {
    CHECK(is_stamped(&kept[i], kept[i].size));
    if (i % 3 == 0) resize(&kept[i], kept[i].size / 2 + 1);
  }
  limited.end();
  if (limited.end != &nothing) use_again();
  for (size_t i = 0; i < kKept; ++i) {
    CHECK(is_stamped(&kept[i], kept[i].size));
    free(kept[i].bytes);
  }
  return 0;
}
