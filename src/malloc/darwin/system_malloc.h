// libSystem's malloc functions, under names of our own. Here and in the interposed functions they
// are always libSystem's, because dyld interposes in all images except the library itself.
#pragma once

#include <cstddef>

namespace Atoll::darwin {

struct Zone;  // malloc_zone_t

extern "C" {

void* system_malloc(std::size_t size) __asm("_malloc");
void* system_calloc(std::size_t count, std::size_t size) __asm("_calloc");
void* system_realloc(void* p, std::size_t size) __asm("_realloc");
void* system_reallocf(void* p, std::size_t size) __asm("_reallocf");
void system_free(void* p) __asm("_free");
void* system_valloc(std::size_t size) __asm("_valloc");
void* system_aligned_alloc(std::size_t alignment, std::size_t size) __asm("_aligned_alloc");
int system_posix_memalign(void** result, std::size_t alignment,
                          std::size_t size) __asm("_posix_memalign");
std::size_t system_malloc_size(const void* p) __asm("_malloc_size");
std::size_t system_malloc_good_size(std::size_t size) __asm("_malloc_good_size");
Zone* system_default_zone() __asm("_malloc_default_zone");
Zone* system_zone_from_ptr(const void* p) __asm("_malloc_zone_from_ptr");
void system_zone_free(Zone* zone, void* p) __asm("_malloc_zone_free");
void* system_zone_realloc(Zone* zone, void* p, std::size_t size) __asm("_malloc_zone_realloc");

}  // extern "C"

}  // namespace Atoll::darwin
