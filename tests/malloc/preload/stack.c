/* How much of its thread's stack the heap needs, when it has memory and when it has none left. A
 * process at its RLIMIT_AS gets no further page of stack, and a call that needs one ends it. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "tests/malloc/preload/check.h"
#include "tests/malloc/preload/statm.h"

enum {
  kStack = 256 << 10,
  kPainted = 64 << 10,
  kRoom = 16 << 20, /* bytes of address space that the heap may still take */
  kBlocks = 20000,
  kPaint = 0xA5,
  /* Bytes. A first call of a function through the dynamic loader's lazy binding takes more. */
  kMostStack = 2 << 10
};

static const size_t kSizes[] = {1 << 20, 100000, 5000, 40};
static void* blocks[kBlocks];

static void run_out_of_memory(void) {
  size_t count = 0;
  for (size_t s = 0; s < sizeof kSizes / sizeof *kSizes; ++s) {
    void* block = NULL;
    while (count < kBlocks && (block = malloc(kSizes[s])) != NULL) blocks[count++] = block;
  }
  CHECK(count > 10);
  for (size_t i = 0; i < count; i += 3) {
    void* const moved = realloc(blocks[i], malloc_usable_size(blocks[i]) * 2);
    if (moved != NULL) blocks[i] = moved;
  }
  (void)malloc_trim(0);
  while (count > 0) free(blocks[--count]);
  (void)malloc_trim(0);
  free(calloc(3, 700));
  free(memalign(4096, 9000));
}

static unsigned char* volatile painted_end;

__attribute__((noinline)) static void paint(unsigned char* begin) {
  painted_end = (unsigned char*)__builtin_frame_address(0) - 64;
  for (unsigned char* p = begin; p < painted_end; ++p) *p = kPaint;
}

/* Of the bytes below the frame that called paint(), those that were written to since. */
static size_t used_since(const unsigned char* begin) {
  const unsigned char* p = begin;
  while (p < painted_end && *p == kPaint) ++p;
  return (size_t)(painted_end - p);
}

static void* measure(void* stack) {
  unsigned char* const begin = (unsigned char*)stack + (kStack - kPainted) / 2;
  paint(begin);
  run_out_of_memory();
  const size_t with_first_calls = used_since(begin);

  const rlim_t limit = (rlim_t)bytes_of_process(kAddressSpace) + kRoom;
  const struct rlimit lower = {limit, limit};
  CHECK(setrlimit(RLIMIT_AS, &lower) == 0);
  paint(begin);
  run_out_of_memory();
  const size_t without_memory = used_since(begin);

  printf("%zu bytes of stack at first, %zu when memory ran out\n", with_first_calls, without_memory);
  CHECK(with_first_calls > 0 && with_first_calls <= kMostStack);
  CHECK(without_memory > 0 && without_memory <= kMostStack);
  return NULL;
}

int main(void) {
  void* const stack =
      mmap(NULL, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  CHECK(stack != MAP_FAILED);
  pthread_attr_t attributes;
  pthread_t thread;
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setstack(&attributes, stack, kStack) == 0);
  CHECK(pthread_create(&thread, &attributes, &measure, stack) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
