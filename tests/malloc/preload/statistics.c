/* Reports its statistics in every form after each of some steps. */
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/malloc/preload/check.h"

enum { kSmallObjects = 5000, kKept = 100, kLarge = 3000000 };

typedef void (*Writer)(void* context, const char* text, size_t size);
typedef size_t (*Report)(void* heap, Writer write, void* context);

struct Text {
  size_t size;
  char bytes[1 << 16];
};

static struct Text text;
static struct Text json;
static char xml[1 << 16];
static Report write_text;
static Report write_json;
static void* heap;
static FILE* stream; /* into `xml` */

static void put(void* context, const char* piece, size_t size) {
  struct Text* const out = context;
  CHECK(out->size + size < sizeof out->bytes);
  memcpy(out->bytes + out->size, piece, size);
  out->size += size;
}

static void find_functions(void) {
  void* (*process_heap)(void) = NULL;
  *(void**)&process_heap = dlsym(RTLD_DEFAULT, "atoll_process_heap");
  *(void**)&write_text = dlsym(RTLD_DEFAULT, "atoll_heap_write_text");
  *(void**)&write_json = dlsym(RTLD_DEFAULT, "atoll_heap_write_json");
  CHECK(process_heap != NULL && write_text != NULL && write_json != NULL);
  heap = process_heap();
  CHECK(heap != NULL);
}

/* The streams have their buffers before the first report, so a report allocates nothing. */
static void tell(const char* step) {
  text.size = 0;
  json.size = 0;
  rewind(stream);
  memset(xml, 0, sizeof xml);
  CHECK(write_text(heap, put, &text) == text.size);
  CHECK(write_json(heap, put, &json) == json.size);
  const struct mallinfo2 info = mallinfo2();
  CHECK(malloc_info(0, stream) == 0);
  CHECK(fflush(stream) == 0);
  printf("step %s\n%.*s%.*s", step, (int)text.size, text.bytes, (int)json.size, json.bytes);
  printf("arena %zu\nordblks %zu\nsmblks %zu\nhblks %zu\nhblkhd %zu\nusmblks %zu\nfsmblks %zu\n",
         info.arena, info.ordblks, info.smblks, info.hblks, info.hblkhd, info.usmblks,
         info.fsmblks);
  printf("uordblks %zu\nfordblks %zu\nkeepcost %zu\n%send\n", info.uordblks, info.fordblks,
         info.keepcost, xml);
}

static void* allocate_once(void* kept) {
  *(void**)kept = malloc(100);
  return NULL;
}

/* The thread stays, so that its cache does. */
static pthread_barrier_t allocated;
static pthread_barrier_t told;

static void* stay(void* kept) {
  (void)allocate_once(kept);
  (void)pthread_barrier_wait(&allocated);
  (void)pthread_barrier_wait(&told);
  return NULL;
}

static void with_a_thread(void) {
  void* kept = NULL;
  pthread_t thread;
  CHECK(pthread_barrier_init(&allocated, NULL, 2) == 0);
  CHECK(pthread_barrier_init(&told, NULL, 2) == 0);
  CHECK(pthread_create(&thread, NULL, stay, &kept) == 0);
  (void)pthread_barrier_wait(&allocated);
  tell("a thread allocates for the first time");
  (void)pthread_barrier_wait(&told);
  CHECK(pthread_join(thread, NULL) == 0);
  free(kept);
}

int main(void) {
  static void* small[kSmallObjects];
  static char output[1 << 16];
  static char buffer[1 << 16];
  CHECK(setvbuf(stdout, output, _IOFBF, sizeof output) == 0);
  stream = fmemopen(xml, sizeof xml, "w");
  CHECK(stream != NULL && setvbuf(stream, buffer, _IOFBF, sizeof buffer) == 0);
  find_functions();
  tell("begin");
  void* const large = malloc(kLarge);
  memset(large, 1, kLarge);
  tell("a large object is allocated");
  free(large);
  tell("the large object is freed");
  for (size_t i = 0; i < kSmallObjects; ++i) small[i] = malloc(i % 40 * 200 + 1);
  tell("small objects are allocated");
  for (size_t i = kKept; i < kSmallObjects; ++i) free(small[i]);
  tell("some of them are freed");
  free(malloc(kLarge));
  tell("before the trim");
  (void)malloc_trim(0);
  tell("the process trims");
  with_a_thread();
  tell("end");
  return 0;
}
