/* The rules of C23, POSIX and glibc for the malloc family. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "tests/malloc/preload/check.h"

/* Of C23: not every C library has them yet. */
__attribute__((weak)) void free_sized(void* p, size_t size);
__attribute__((weak)) void free_aligned_sized(void* p, size_t alignment, size_t size);

enum { kNoError = 12345 };

/* Numbers that the compiler does not look into. */
static volatile size_t too_much[] = {SIZE_MAX, SIZE_MAX - 4096, (size_t)PTRDIFF_MAX + 1,
                                     PTRDIFF_MAX - 4096};

/* Where objects of up to 8 bytes lie. */
static size_t smallest_alignment = 8;

static int is_filled(const unsigned char* bytes, size_t size, unsigned char value) {
  for (size_t i = 0; i < size; ++i) {
    if (bytes[i] != value) return 0;
  }
  return 1;
}

static void empty_objects(void) {
  void* const first = malloc(0);
  void* const second = malloc(0);
  CHECK(first != NULL && second != NULL && first != second);
  free(first);
  free(second);
  free(NULL);
  void* const none = calloc(0, 8);
  CHECK(none != NULL);
  free(none);
}

static void no_memory(void) {
  for (size_t i = 0; i < sizeof too_much / sizeof *too_much; ++i) {
    const size_t size = too_much[i];
    void* p = NULL;
    errno = 0;
    CHECK(malloc(size) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(calloc(size, 1) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(calloc(size / 2, 4) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(aligned_alloc(64, size) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(memalign(64, size) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(valloc(size) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(pvalloc(size) == NULL && errno == ENOMEM);
    errno = kNoError;
    CHECK(posix_memalign(&p, 64, size) == ENOMEM && p == NULL && errno == kNoError);

    unsigned char* const old = malloc(100);
    memset(old, 7, 100);
    errno = 0;
    CHECK(realloc(old, size) == NULL && errno == ENOMEM && is_filled(old, 100, 7));
    errno = 0;
    CHECK(reallocarray(old, size / 2, 4) == NULL && errno == ENOMEM && is_filled(old, 100, 7));
    free(old);
  }
}

static void alignments(void) {
  void* p = NULL;
  errno = kNoError;
  CHECK(posix_memalign(&p, 24, 8) == EINVAL && p == NULL && errno == kNoError);
  CHECK(posix_memalign(&p, 2, 8) == EINVAL && posix_memalign(&p, 0, 8) == EINVAL);
  errno = 0;
  CHECK(aligned_alloc((size_t)too_much[0] / too_much[0] * 24, 8) == NULL && errno == EINVAL);
  for (size_t alignment = 8; alignment <= 1 << 20; alignment *= 2) {
    for (size_t size = 1; size < 200000; size = size * 3 + 1) {
      CHECK(posix_memalign(&p, alignment, size) == 0 && (uintptr_t)p % alignment == 0);
      memset(p, 1, size);
      free(p);
      p = aligned_alloc(alignment, size);
      CHECK(p != NULL && (uintptr_t)p % alignment == 0);
      free_aligned_sized(p, alignment, size);
      p = memalign(alignment - 1, size);
      CHECK(p != NULL && (uintptr_t)p % alignment == 0);
      free(p);
    }
  }
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  p = valloc(10);
  CHECK(p != NULL && (uintptr_t)p % page == 0);
  free(p);
  p = pvalloc(page + 1);
  CHECK(p != NULL && (uintptr_t)p % page == 0 && malloc_usable_size(p) >= 2 * page);
  free(p);
}

static void sizes(void) {
  for (size_t size = 1; size < 300000; size += 1 + size / 7) {
    unsigned char* pair[2];
    for (int i = 0; i < 2; ++i) {
      errno = kNoError;
      pair[i] = malloc(size);
      CHECK(pair[i] != NULL && errno == kNoError);
      CHECK((uintptr_t)pair[i] % (size <= 8 ? smallest_alignment : 16) == 0);
      CHECK(malloc_usable_size(pair[i]) >= size);
      memset(pair[i], 1 + i, malloc_usable_size(pair[i]));
    }
    CHECK(is_filled(pair[0], size, 1) && is_filled(pair[1], size, 2));
    errno = kNoError;
    free_sized(pair[0], size);
    free(pair[1]);
    CHECK(errno == kNoError);
    /* Its memory was written to a moment ago. */
    unsigned char* const zeroed = calloc(size, 1);
    CHECK(zeroed != NULL && is_filled(zeroed, size, 0));
    free(zeroed);
  }
  CHECK(malloc_usable_size(NULL) == 0);
}

static void reallocations(void) {
  unsigned char* p = realloc(NULL, 1);
  CHECK(p != NULL);
  *p = 9;
  size_t size = 1;
  for (; size < 20000000; size = size * 4 / 3 + 1) {
    const size_t larger = size * 4 / 3 + 1;
    unsigned char* const moved = realloc(p, larger);
    CHECK(moved != NULL && is_filled(moved, size, 9));
    p = moved;
    memset(p, 9, larger);
  }
  for (; size > 0; size /= 3) {
    p = realloc(p, size);
    CHECK(p != NULL && is_filled(p, size, 9));
  }
  errno = kNoError;
  CHECK(realloc(p, (size_t)too_much[0] - too_much[0]) == NULL && errno == kNoError);
}

/* The number behind `before`, from `*text` on, which is moved behind it. */
static size_t number_after(const char** text, const char* before) {
  const char* const found = strstr(*text, before);
  CHECK(found != NULL);
  *text = found + strlen(before);
  return strtoul(*text, NULL, 10);
}

/* The sizes' free objects are the total's, and lie in the heap's bytes. */
static void the_text_adds_up(const char* text) {
  const char* const total = strstr(text, "<total type=\"rest\"");
  size_t count = 0;
  size_t bytes = 0;
  const char* at = text;
  for (const char* next = strstr(at, "<size "); next != NULL; next = strstr(at, "<size ")) {
    const size_t size = number_after(&at, " from=\"");
    const size_t of_size = number_after(&at, " total=\"");
    const size_t objects = number_after(&at, " count=\"");
    CHECK(objects > 0 && of_size == size * objects);
    count += objects;
    bytes += of_size;
  }
  at = total;
  CHECK(total != NULL && number_after(&at, " count=\"") == count);
  const size_t all = number_after(&at, " size=\"");
  CHECK(all >= bytes);
  (void)number_after(&at, "<total type=\"mmap\" count=\"");
  CHECK(number_after(&at, "<system type=\"current\" size=\"") >= all);
}

static void reports(void) {
  enum { kSmall = 1000, kCount = 100, kLarge = 1000000 };
  const struct mallinfo2 before = mallinfo2();
  void* kept[kCount];
  for (int i = 0; i < kCount; ++i) kept[i] = malloc(kSmall);
  void* const large = malloc(kLarge);
  const struct mallinfo2 info = mallinfo2();
  CHECK(info.uordblks >= before.uordblks + (size_t)kCount * kSmall);
  CHECK(info.uordblks < before.uordblks + (size_t)kCount * kSmall * 2);
  CHECK(info.hblks == before.hblks + 1 && info.hblkhd >= before.hblkhd + kLarge);
  CHECK(info.arena == info.uordblks + info.fordblks);
  CHECK(info.keepcost <= info.fordblks);
  /* A small free block keeps its place, among others that are in use. */
  for (int i = 0; i < kCount; i += 2) free(kept[i]);
  const struct mallinfo2 freed = mallinfo2();
  CHECK(freed.ordblks >= info.ordblks + kCount / 2);
  CHECK(freed.uordblks + (size_t)kCount / 2 * kSmall <= info.uordblks && freed.hblkhd == info.hblkhd);
  CHECK(freed.arena == freed.uordblks + freed.fordblks);
  for (int i = 1; i < kCount; i += 2) free(kept[i]);
  free(large);
  CHECK(mallinfo2().hblks == before.hblks && mallinfo2().hblkhd == before.hblkhd);
  (void)malloc_trim(0);

  char* text = NULL;
  size_t length = 0;
  FILE* const stream = open_memstream(&text, &length);
  CHECK(malloc_info(0, stream) == 0);
  CHECK(fclose(stream) == 0);
  CHECK(strncmp(text, "<malloc version=", 16) == 0);
  CHECK(strcmp(text + length - 10, "</malloc>\n") == 0);
  the_text_adds_up(text);
  free(text);
  errno = 0;
  CHECK(malloc_info(1, stderr) == -1 && errno == EINVAL);
}

/* Smallest objects of every maker. */
static void smallest(void) {
  for (size_t size = 0; size <= 8; ++size) {
    for (int i = 0; i < 100; ++i) {
      void* made[] = {malloc(size), calloc(1, size), realloc(NULL, size), memalign(1, size),
                      realloc(malloc(100), size == 0 ? 1 : size)};
      for (size_t k = 0; k < sizeof made / sizeof *made; ++k) {
        CHECK(made[k] != NULL && (uintptr_t)made[k] % smallest_alignment == 0);
        if (i % 2 == 0) free(made[k]);
      }
    }
  }
}

/* With an argument: where the smallest objects lie. */
int main(int count, char** arguments) {
  if (count > 1) smallest_alignment = (size_t)atoi(arguments[1]);
  CHECK(free_sized != NULL && free_aligned_sized != NULL);
  empty_objects();
  no_memory();
  alignments();
  sizes();
  smallest();
  reallocations();
  reports();
  return 0;
}
