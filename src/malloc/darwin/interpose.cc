// How libatoll.dylib replaces malloc() on macOS. If DYLD_INSERT_LIBRARIES names the library, dyld
// binds every other image's use of the second function of each pair below to the first.
//
// Memory of the process's heap is in no zone. malloc_zone_from_ptr() returns the default zone for
// it, and the functions that take a pointer and a zone look at the pointer. Zones themselves, and
// blocks that a program allocates from a zone by name, stay libSystem's.

#include <cstddef>
#include <cstdint>

#include "src/malloc/darwin/system_malloc.h"
#include "src/malloc/foreign.h"
#include "src/malloc/malloc.h"

namespace Atoll::darwin {
namespace {

namespace family = malloc_family;

// With size 0 it returns an object of the smallest size, as libSystem does.
void* reallocate(void* p, std::size_t size) { return family::reallocate(p, size == 0 ? 1 : size); }

void* reallocate_or_free(void* p, std::size_t size) {
  void* const moved = reallocate(p, size);
  if (moved == nullptr) family::release(p);
  return moved;
}

// A program may ask about any address.
std::size_t usable_size(const void* p) { return family::usable_size_at(const_cast<void*>(p)); }

// The size that malloc() would round a request up to; the caller may use all of it.
std::size_t good_size(std::size_t size) {
  void* const p = family::allocate(size);
  if (p == nullptr) return size;
  const std::size_t good = family::usable_size(p);
  family::release(p);
  return good;
}

Zone* zone_from_pointer(const void* p) {
  if (p == nullptr || family::is_foreign(p)) return system_zone_from_ptr(p);
  return usable_size(p) != 0 ? system_default_zone() : nullptr;
}

void release_in_zone(Zone* zone, void* p) {
  if (p == nullptr || family::is_foreign(p)) {
    system_zone_free(zone, p);
  } else {
    family::release(p);
  }
}

void* reallocate_in_zone(Zone* zone, void* p, std::size_t size) {
  if (p == nullptr || family::is_foreign(p)) return system_zone_realloc(zone, p, size);
  return reallocate(p, size);
}

// Both have the same type.
template <typename Function>
struct Interposed {
  Function* function;
  Function* instead_of;
};

#define ATOLL_INTERPOSED \
  [[gnu::used, gnu::section("__DATA,__interpose,interposing")]] constinit const Interposed

ATOLL_INTERPOSED of_malloc = {family::allocate, system_malloc};
ATOLL_INTERPOSED of_calloc = {family::allocate_zeroed, system_calloc};
ATOLL_INTERPOSED of_realloc = {reallocate, system_realloc};
ATOLL_INTERPOSED of_reallocf = {reallocate_or_free, system_reallocf};
ATOLL_INTERPOSED of_free = {family::release, system_free};
ATOLL_INTERPOSED of_valloc = {family::allocate_page_aligned, system_valloc};
ATOLL_INTERPOSED of_aligned_alloc = {family::allocate_aligned, system_aligned_alloc};
ATOLL_INTERPOSED of_posix_memalign = {family::allocate_aligned_into, system_posix_memalign};
ATOLL_INTERPOSED of_malloc_size = {usable_size, system_malloc_size};
ATOLL_INTERPOSED of_malloc_good_size = {good_size, system_malloc_good_size};
ATOLL_INTERPOSED of_zone_from_ptr = {zone_from_pointer, system_zone_from_ptr};
ATOLL_INTERPOSED of_zone_free = {release_in_zone, system_zone_free};
ATOLL_INTERPOSED of_zone_realloc = {reallocate_in_zone, system_zone_realloc};

}  // namespace
}  // namespace Atoll::darwin
