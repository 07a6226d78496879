/* What a small program takes of the things that systems limit, and how it gets on with a limit.
 *
 *   limits figures   in KiB, a line each: address space, writable memory (RLIMIT_DATA), what the
 *                    kernel counts under strict overcommit, and what a core file would hold
 *   limits locked    what is locked when everything is: 77 if that is not allowed
 *   limits core      ends with a core file, if the system writes any
 *   limits all       takes all memory there is in pieces, and prints how many KiB that were; then
 *                    gives it back and does it again
 *   limits huge      fails if a writable mapping of its memory has room for a huge page */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/malloc/preload/check.h"

enum { kBlocks = 400, kHuge = 2 << 20 };

static void* volatile blocks[kBlocks];

/* 160 KiB in all, as small programs have. */
static void work(void) {
  for (int i = 0; i < kBlocks; ++i) {
    const size_t size = (size_t)(16 + 2 * i);
    blocks[i] = malloc(size);
    CHECK(blocks[i] != NULL);
    memset(blocks[i], 1, size);
  }
  for (int i = 0; i < kBlocks; i += 2) {
    free(blocks[i]);
    blocks[i] = NULL;
  }
}

static long status(const char* name) {
  FILE* const file = fopen("/proc/self/status", "r");
  CHECK(file != NULL);
  char line[256];
  long value = -1;
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, name, strlen(name)) == 0) value = strtol(line + strlen(name) + 1, NULL, 10);
  }
  fclose(file);
  CHECK(value >= 0);
  return value;
}

struct mapping {
  uintptr_t begin, end;
  int is_writable, is_private;
  char name[64]; /* empty: memory */
};

/* Of a line of /proc/self/maps or smaps; false: it is none that begins a mapping. */
static int read_mapping(const char* line, struct mapping* mapping) {
  char permissions[8] = "";
  struct mapping found = {0};
  if (sscanf(line, "%lx-%lx %7s %*x %*x:%*x %*u %63s", &found.begin, &found.end, permissions,
             found.name) < 3) {
    return 0;
  }
  *mapping = found;
  mapping->is_writable = permissions[1] == 'w';
  mapping->is_private = permissions[3] == 'p';
  return 1;
}

/* Private and writable mappings are charged whole; a core file has those that were written to. */
static void figures(void) {
  FILE* const file = fopen("/proc/self/smaps", "r");
  CHECK(file != NULL);
  char line[512];
  struct mapping mapping = {0};
  long charged = 0;
  long dumped = 0;
  long anonymous = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    if (read_mapping(line, &mapping)) {
      if (mapping.is_writable && mapping.is_private) {
        charged += (long)(mapping.end - mapping.begin) / 1024;
      }
    } else if (sscanf(line, "Anonymous: %ld kB", &anonymous) == 1 && anonymous != 0) {
      dumped += (long)(mapping.end - mapping.begin) / 1024;
    }
  }
  fclose(file);
  printf("address_space %ld\nwritable %ld\ncharged %ld\ndumped %ld\n", status("VmSize:"),
         status("VmData:"), charged, dumped);
}

static int locked(void) {
  if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) return 77;
  for (int i = 0; i < kBlocks; ++i) blocks[i] = malloc(500);
  printf("locked %ld\nresident %ld\n", status("VmLck:"), status("VmRSS:"));
  return 0;
}

static void huge(void) {
  FILE* const file = fopen("/proc/self/maps", "r");
  CHECK(file != NULL);
  char line[512];
  struct mapping mapping;
  while (fgets(line, sizeof line, file) != NULL) {
    if (!read_mapping(line, &mapping) || !mapping.is_writable || mapping.name[0] != '\0') continue;
    const uintptr_t first = (mapping.begin + kHuge - 1) / kHuge * kHuge;
    if (first + kHuge > mapping.end) continue;
    fprintf(stderr, "room for a huge page: %s", line);
    exit(1);
  }
  fclose(file);
}

/* In a list, so that nothing but the blocks is needed. */
static long take_all(size_t size) {
  struct block {
    struct block* next;
  }* first = NULL;
  long bytes = 0;
  for (struct block* block; (block = malloc(size)) != NULL; first = block) {
    memset(block, 1, size);
    block->next = first;
    bytes += (long)size;
  }
  while (first != NULL) {
    struct block* const next = first->next;
    free(first);
    first = next;
  }
  return bytes / 1024;
}

static void all(void) {
  static const size_t kSizes[] = {1000, 40, 30000, 300000, 1000};
  char line[256];
  int length = 0;
  for (unsigned i = 0; i < sizeof kSizes / sizeof kSizes[0]; ++i) {
    length += snprintf(line + length, sizeof line - (size_t)length, "in_%zu_%u %ld\n", kSizes[i], i,
                       take_all(kSizes[i]));
  }
  fputs(line, stdout);
}

int main(int count, char** arguments) {
  CHECK(count == 2);
  setvbuf(stdout, NULL, _IONBF, 0);
  work();
  if (strcmp(arguments[1], "figures") == 0) figures();
  if (strcmp(arguments[1], "locked") == 0) return locked();
  if (strcmp(arguments[1], "core") == 0) abort();
  if (strcmp(arguments[1], "all") == 0) all();
  if (strcmp(arguments[1], "huge") == 0) huge();
  return 0;
}
