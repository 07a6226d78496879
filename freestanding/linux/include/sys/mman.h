#pragma once

#include <stddef.h>
#include <sys/types.h>

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2

#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_FAILED (reinterpret_cast<void*>(-1))

#define MADV_NORMAL 0
#define MADV_DONTNEED 4
#define MADV_HUGEPAGE 14
#define MADV_NOHUGEPAGE 15

extern "C" {

void* mmap(void* hint, size_t size, int protection, int flags, int file, off_t offset);
int munmap(void* p, size_t size);
int mprotect(void* p, size_t size, int protection);
int madvise(void* p, size_t size, int advice);
int mincore(void* p, size_t size, unsigned char* resident);

}  // extern "C"
