// Objects in and out of the heap, where the fast path ends.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <limits>

#include "src/heap/fast_path.h"
#include "src/heap/heap.h"

namespace Atoll {
namespace {

// What all empty objects are. Nobody writes to it.
constinit std::uint64_t empty_object = 0;

// The C library compares faster than a loop does, and needs no zeroes to compare with: those would
// be resident in every process.
bool is_zero(const std::byte* bytes, std::size_t size) {
  return *bytes == std::byte{0} && std::memcmp(bytes, bytes + 1, size - 1) == 0;
}

// Copies without a write where both are zero: pages that were never written need no memory then.
// Only of a page that is zero in the source does it look at the target, which may be zero too.
void copy_sparsely(const void* from, void* to, std::size_t size) {
  constexpr std::size_t kStep = 4096;
  for (std::size_t done = 0; done < size; done += kStep) {
    const auto* const source = static_cast<const std::byte*>(from) + done;
    auto* const target = static_cast<std::byte*>(to) + done;
    const std::size_t count = std::min(kStep, size - done);
    const bool is_there = is_zero(source, count) && is_zero(target, count);
    if (!is_there) std::memcpy(target, source, count);
  }
}

void* zeroed(void* p, std::size_t size) { return p == nullptr ? p : std::memset(p, 0, size); }

}  // namespace

void* Heap::allocate_slowly(std::size_t size, Scan scan) {
  if (!state_.has_value()) return nullptr;
  if (size == 0) {
    if (!state_->options.distinct_empty) return &empty_object;
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
    // A collector looks at the bytes behind the request too.
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
  if (!std::has_single_bit(alignment) || !state_.has_value()) return nullptr;
  if (size == 0) size = 1;
  const unsigned span_class =
      alignment <= port::kPageSize ? sizes_.aligned_span_class(size, alignment, scan) : 0;
  bool needs_zero = false;
  if (span_class == 0) return allocate_large(size, alignment, scan, &needs_zero);
  // Of that class's own size, the object comes the fast way, and is not tiny.
  if (const std::size_t class_size = sizes_.size_class(span_class).size;
      !sizes_.is_tiny(class_size, scan)) {
    return allocate(class_size, scan);
  }
  const CacheUse cache(*this);
  return cache ? cache.objects().allocate(state_->objects, span_class) : nullptr;
}

void Heap::free_slowly(void* p) {
  if (p == nullptr || p == &empty_object || !state_.has_value()) return;
  ThreadCache& own = *thread_caches()[slot_];
  // A thread that only frees learns here that the window has grown.
  if (&own != &no_cache) own.objects.refresh_lookup(state_->objects, kNativePort);
  if (FastPath::gather(*this, own, FastPath::offset_by_arena(own, p), p)) return;
  const CacheUse cache(*this);
  if (cache.is_inner()) put_aside(p);
  // Else the object is lost: there is no memory to remember it with, or the process is ending.
  if (!cache) return;
  cache.objects().refresh_lookup(state_->objects, kNativePort);
  cache.objects().free(state_->objects, p);
}

// Tiny objects may be too small for it; such a one is lost.
[[gnu::cold]] void Heap::put_aside(void* p) {
  if (state_->options.tiny && usable_size(p) < sizeof(objects::FreeObject)) return;
  Entry::put_aside(*this, p);
}

std::size_t Heap::usable_size(const void* p) {
  std::uint64_t index = 0;
  const pages::Span* const span = find_span(p, &index);
  return span == nullptr ? 0 : usable_size(p, *span, index);
}

std::size_t Heap::usable_size(const void* p, const pages::Span& span, std::uint64_t index) const {
  const auto offset = static_cast<unsigned>(
      std::min<std::uint64_t>(platform().address(p) - objects::object_at(span, index),
                              std::numeric_limits<unsigned>::max()));
  const objects::TinyBlock* const blocks = span.tiny_blocks.load(std::memory_order_acquire);
  const std::uint32_t block = blocks == nullptr ? 0 : blocks[index].load(std::memory_order_relaxed);
  if (block != 0) {
    return (block & objects::tiny_start(offset)) != 0 ? objects::tiny_size(block, offset) : 0;
  }
  return offset == 0 ? static_cast<std::size_t>(span.object_size) : 0;
}

void* Heap::reallocate(void* p, std::size_t size, Scan scan) {
  if (p == nullptr || p == &empty_object) return allocate(size, scan);
  if (size == 0) {
    free(p);
    return allocate(0, scan);
  }
  std::uint64_t index = 0;
  pages::Span* const span = find_span(p, &index);
  const std::size_t used = span == nullptr ? 0 : usable_size(p, *span, index);
  if (used == 0) {
    state_->objects.report(CorruptionKind::kFreeOfForeignPointer, p, span);
    return nullptr;
  }
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  const Scan old_scan = port::is_noscan(span_class) ? Scan::kNoscan : Scan::kScan;
  if (port::size_class_of(span_class) != 0) {
    if (stays(used, size)) return p;
  } else if (!sizes_.is_small(size)) {
    const std::uint64_t npages = pages::pages_for(size);
    if (npages == span->npages) return p;
    const CacheUse cache(*this);
    if (cache && cache.objects().resize_large(state_->objects, span, npages)) {
      return p;
    }
  }
  void* const moved = move(p, *span, used, size, old_scan);
  return moved == nullptr && size <= used ? shrink(p, span, size) : moved;
}

// Where there is no memory for a smaller one.
[[gnu::cold]] void* Heap::shrink(void* p, pages::Span* span, std::size_t size) {
  const std::uint64_t npages = pages::pages_for(size);
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  if (port::size_class_of(span_class) == 0 && npages < span->npages) {
    const CacheUse cache(*this);
    if (cache) (void)cache.objects().resize_large(state_->objects, span, npages);
  }
  return p;
}

void* Heap::move(void* p, pages::Span& span, std::size_t used, std::size_t size, Scan scan) {
  const std::size_t kept = std::min(used, size);
  const unsigned span_class = span.span_class.load(std::memory_order_relaxed);
  const bool was_large = port::size_class_of(span_class) == 0;
  void* const moved = allocate(size, scan);
  if (moved == nullptr) return nullptr;
  if (was_large) {
    copy_sparsely(p, moved, kept);
    // A buffer that grows beside this one will want as much.
    span.is_resident = kept == used;
  } else {
    std::memcpy(moved, p, kept);
  }
  free(p);
  return moved;
}

// --- Stacks. ---

StackMemory Heap::stack_allocate(std::size_t size) {
  if (!state_.has_value()) return {};
  // Without a cache a stack comes from the pool.
  const CacheUse cache(*this);
  if (!cache && (cache.is_inner() || is_abandoned())) return {};
  void* const base = state_->stacks.allocate(cache.stacks(), size);
  return base == nullptr ? StackMemory{} : StackMemory{base, size};
}

void Heap::stack_free(StackMemory stack) {
  if (stack.base == nullptr) return;
  const CacheUse cache(*this);
  // The stack of an inner call is lost.
  if (!cache && (cache.is_inner() || is_abandoned())) return;
  if (state_->stacks.free(cache.stacks(), stack.base, stack.size) != stacks::StackFree::kOk) {
    state_->objects.report(CorruptionKind::kBadStackFree, stack.base,
                           state_->pages.map().span_of(platform().address(stack.base)));
  }
}

}  // namespace Atoll
