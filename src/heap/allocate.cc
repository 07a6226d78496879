// Allocation beyond the fast path.

#include <cstddef>
#include <cstring>

#include "os/base/bits.h"
#include "src/heap/fast_path.h"
#include "src/heap/heap.h"

namespace Atoll {
namespace {

void* zeroed(void* p, std::size_t size) { return p == nullptr ? p : std::memset(p, 0, size); }

}  // namespace

constinit std::uint64_t Heap::empty_object_ = 0;

void* Heap::allocate_slowly(std::size_t size, Scan scan) {
  if (!state_.has_value()) return nullptr;
  if (size == 0) {
    if (!state_->options.distinct_empty) return &empty_object_;
    size = 1;
  }
  bool needs_zero = false;
  if (!sizes_.is_small(size)) return allocate_large(size, port::kPageSize, scan, &needs_zero);
  const CacheUse cache(*this);
  if (!cache) return nullptr;
  void* const object =
      sizes_.is_tiny(size, scan)
          ? cache.objects().allocate_tiny(state_->objects, size)
          : cache.objects().allocate(state_->objects, sizes_.span_class(size, scan));
  cache.objects().refresh_lookup(state_->objects, kNativePort);
  return object;
}

void* Heap::allocate_large(std::size_t size, std::size_t alignment, Scan scan, bool* needs_zero) {
  const CacheUse cache(*this);
  if (!cache) return nullptr;
  return cache.objects().allocate_large(state_->objects, size, alignment, scan, needs_zero);
}

void* Heap::allocate_zeroed(std::size_t size, Scan scan) {
  if (sizes_.is_small(size)) {
    void* const object = allocate(size, scan);
    if (object == nullptr || size == 0) return object;
    // A collector also looks at the bytes behind the request.
    const std::size_t bytes =
        scan == Scan::kScan ? sizes_.size_class(sizes_.span_class(size, scan)).size : size;
    return zeroed(object, bytes);
  }
  if (!state_.has_value()) return nullptr;
  bool needs_zero = false;
  void* const object = allocate_large(size, port::kPageSize, scan, &needs_zero);
  if (!needs_zero) return object;
  return zeroed(object, scan == Scan::kScan ? usable_size(object) : size);
}

void* Heap::allocate_aligned(std::size_t size, std::size_t alignment, Scan scan) {
  if (!is_power_of_two(alignment) || !state_.has_value()) return nullptr;
  if (size == 0) size = 1;
  const unsigned span_class =
      alignment <= port::kPageSize ? sizes_.aligned_span_class(size, alignment, scan) : 0;
  bool needs_zero = false;
  if (span_class == 0) return allocate_large(size, alignment, scan, &needs_zero);
  // A request for the class's own size takes the fast path, unless it is tiny.
  if (const std::size_t class_size = sizes_.size_class(span_class).size;
      !sizes_.is_tiny(class_size, scan)) {
    return allocate(class_size, scan);
  }
  return allocate_beside_tiny(span_class);
}

// Allocates an object of a class whose size tiny objects have.
[[gnu::cold]] void* Heap::allocate_beside_tiny(unsigned span_class) {
  const CacheUse cache(*this);
  return cache ? cache.objects().allocate(state_->objects, span_class) : nullptr;
}

}  // namespace Atoll
