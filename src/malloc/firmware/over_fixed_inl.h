// The heap behind a C library's malloc(). newlib.cc and picolibc.cc include this file, and no other
// does, so that a program needs only one object.
#pragma once

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>

#include "src/malloc/firmware/firmware_malloc.h"

#define ATOLL_FIXED_LOCK
#include "src/fixed/atoll_fixed.cc"  // NOLINT(bugprone-suspicious-include)

// Each program has one of the two files.
// NOLINTBEGIN(misc-definitions-in-headers)

extern "C" {

// The linker script defines these.
extern unsigned char __heap_start[];  // NOLINT(bugprone-reserved-identifier)
extern unsigned char __heap_end[];    // NOLINT(bugprone-reserved-identifier)

__attribute__((weak)) int atoll_malloc_region(unsigned number, void** begin, size_t* size) {
  *begin = __heap_start;
  *size = static_cast<size_t>(__heap_end - __heap_start);
  return number == 0 ? 1 : 0;
}

}  // extern "C"

namespace {

// The largest buffer whose pages the heap's index can number.
constexpr size_t kMostBuffer = sizeof(Options::Index) == 2 ? size_t{512} << 10 : SIZE_MAX;

constexpr size_t kBufferAlignment = 8;

atoll_fixed* heap_of_malloc = nullptr;

void add_buffer(atoll_fixed** heap, unsigned char* begin, size_t size) {
  // Both functions refuse a buffer that is too small. The heap then does without it.
  if (*heap == nullptr) {
    *heap = atoll_fixed_make(begin, size, nullptr);
  } else {
    (void)atoll_fixed_add(*heap, begin, size);
  }
}

void add_region(atoll_fixed** heap, void* begin, size_t size) {
  const size_t skipped = (0 - reinterpret_cast<uintptr_t>(begin)) % kBufferAlignment;
  if (size < skipped) return;
  unsigned char* next = static_cast<unsigned char*>(begin) + skipped;
  size_t left = size - skipped;
  while (left != 0) {
    const size_t piece = left < kMostBuffer ? left : kMostBuffer;
    add_buffer(heap, next, piece);
    next += piece;
    left -= piece;
  }
}

atoll_fixed* make_heap() {
  atoll_fixed* heap = nullptr;
  void* begin = nullptr;
  size_t size = 0;
  for (unsigned number = 0; atoll_malloc_region(number, &begin, &size) != 0; ++number) {
    add_region(&heap, begin, size);
  }
  return heap;
}

// --- Functions of either library's malloc() and its kin. ---

// Makes the heap at the first call. Null: no region has room for one.

atoll_fixed* the_heap() {
  if (heap_of_malloc == nullptr) {
    atoll_fixed_enter();
    if (heap_of_malloc == nullptr) heap_of_malloc = make_heap();
    atoll_fixed_leave();
  }
  return heap_of_malloc;
}

void* allocate(size_t size) {
  atoll_fixed* const heap = the_heap();
  return heap == nullptr ? nullptr : atoll_fixed_malloc(heap, size == 0 ? 1 : size);
}

void* allocate_zeroed(size_t count, size_t size) {
  atoll_fixed* const heap = the_heap();
  if (heap == nullptr) return nullptr;
  const bool is_empty = count == 0 || size == 0;
  return is_empty ? atoll_fixed_calloc(heap, 1, 1) : atoll_fixed_calloc(heap, count, size);
}

// `size` is not 0.
void* reallocate(void* block, size_t size) {
  atoll_fixed* const heap = the_heap();
  return heap == nullptr ? nullptr : atoll_fixed_realloc(heap, block, size);
}

bool is_alignment(size_t alignment) { return alignment != 0 && (alignment & (alignment - 1)) == 0; }

void* allocate_aligned(size_t alignment, size_t size) {
  atoll_fixed* const heap = the_heap();
  if (heap == nullptr) return nullptr;
  return atoll_fixed_aligned_alloc(heap, alignment, size == 0 ? 1 : size);
}

// Without a heap no pointer is a block.
atoll_fixed* heap_of_block() {
  atoll_fixed* const heap = the_heap();
  if (heap == nullptr) __builtin_trap();
  return heap;
}

void release(void* block) {
  if (block != nullptr) atoll_fixed_free(heap_of_block(), block);
}

size_t usable_size(void* block) {
  return block == nullptr ? 0 : atoll_fixed_usable_size(heap_of_block(), block);
}

struct mallinfo information() {
  struct mallinfo result = {};
  atoll_fixed* const heap = the_heap();
  if (heap == nullptr) return result;
  atoll_fixed_statistics statistics;
  atoll_fixed_get_statistics(heap, &statistics);
  result.arena = statistics.sys;
  result.usmblks = statistics.peak_alloc;
  result.uordblks = statistics.alloc;
  result.fordblks = statistics.heap_idle;
  result.keepcost = statistics.largest_free;
  return result;
}

}  // namespace

extern "C" atoll_fixed* atoll_malloc_heap(void) { return the_heap(); }

// NOLINTEND(misc-definitions-in-headers)
