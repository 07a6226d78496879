// Resizes objects, in place or by moving them.

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "src/heap/heap.h"
#include "src/policy.h"

namespace Atoll {
namespace {

// The C library compares faster than a loop. The comparison of the bytes with themselves needs no
// array of zeroes, which would be resident in every process.
bool is_zero(const std::byte* bytes, std::size_t size) {
  return *bytes == std::byte{0} && std::memcmp(bytes, bytes + 1, size - 1) == 0;
}

// Copies, but does not write a step that is zero on both sides: pages that were never written then
// need no memory. Reads the target only if the source is zero.
void copy_sparsely(const void* from, void* to, std::size_t size) {
  for (std::size_t done = 0; done < size; done += policy::kCopyStep) {
    const auto* const source = static_cast<const std::byte*>(from) + done;
    auto* const target = static_cast<std::byte*>(to) + done;
    const std::size_t count = std::min(policy::kCopyStep, size - done);
    const bool is_there = is_zero(source, count) && is_zero(target, count);
    if (!is_there) std::memcpy(target, source, count);
  }
}

}  // namespace

void* Heap::reallocate(void* p, std::size_t size, Scan scan) {
  if (p == nullptr || p == &empty_object_) return allocate(size, scan);
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
    if (npages == span->npages || resize(span, npages)) return p;
  }
  void* const moved = move(p, *span, used, size, old_scan);
  return moved == nullptr && size <= used ? shrink(p, span, size) : moved;
}

// Called if there is no memory for a smaller object.
[[gnu::cold]] void* Heap::shrink(void* p, pages::Span* span, std::size_t size) {
  const std::uint64_t npages = pages::pages_for(size);
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  if (port::size_class_of(span_class) == 0 && npages < span->npages) (void)resize(span, npages);
  return p;
}

bool Heap::resize(pages::Span* span, std::uint64_t npages) {
  const CacheUse cache(*this);
  return cache && cache.objects().resize_large(state_->objects, span, npages);
}

[[gnu::cold]] void Heap::expect_copy(const void* to, const void* from, std::size_t size) {
  const Platform& platform = state_->platform;
  state_->pages.expect_copy({platform.address(to), size}, {platform.address(from), size});
}

void* Heap::move(void* p, pages::Span& span, std::size_t used, std::size_t size, Scan scan) {
  const std::size_t kept = std::min(used, size);
  const unsigned span_class = span.span_class.load(std::memory_order_relaxed);
  const bool was_large = port::size_class_of(span_class) == 0;
  void* const moved = allocate(size, scan);
  if (moved == nullptr) return nullptr;
  if (was_large) {
    if (kept >= policy::kHugeCopy) [[unlikely]]
      expect_copy(moved, p, kept);
    copy_sparsely(p, moved, kept);
    // A buffer that grows beside this one will need as much.
    span.is_resident = kept == used;
  } else {
    std::memcpy(moved, p, kept);
  }
  free(p);
  return moved;
}

}  // namespace Atoll
