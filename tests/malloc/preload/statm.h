/* The memory of this process, in bytes, from /proc/self/statm. */
#pragma once

#include <stdio.h>
#include <unistd.h>

#include "tests/malloc/preload/check.h"

/* Columns of the file. */
enum { kAddressSpace = 0, kResident = 1, kData = 5 };

static inline long bytes_of_process(int column) {
  FILE* const file = fopen("/proc/self/statm", "re");
  CHECK(file != NULL);
  long pages = 0;
  for (int i = 0; i <= column; ++i) CHECK(fscanf(file, "%ld", &pages) == 1);
  CHECK(fclose(file) == 0);
  return pages * sysconf(_SC_PAGESIZE);
}

static inline long resident_bytes(void) { return bytes_of_process(kResident); }
