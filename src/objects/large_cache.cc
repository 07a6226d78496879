#include "src/objects/large_cache.h"

#include "src/port/port.h"

namespace Atoll::objects {
namespace {

std::uint64_t value(const OwnerCounter& counter) {
  return static_cast<std::uint32_t>(counter.read());
}

}  // namespace

[[gnu::cold]] std::size_t LargeCache::recount() {
  held_ = 0;
  for (const Slot& slot : slots_) {
    if (slot.span.load(std::memory_order_relaxed) != nullptr) held_ += slot.npages;
  }
  return held_;
}

[[gnu::cold]] std::uint64_t LargeCache::cached_bytes() const {
  std::uint64_t bytes = 0;
  for (const Slot& slot : slots_) {
    const pages::Span* const span = slot.span.load(std::memory_order_acquire);
    // Whoever takes the object away meanwhile may free it once this lock is free.
    if (span != nullptr) bytes += span->bytes();
  }
  return bytes;
}

[[gnu::cold]] void LargeCache::count() {
  counts_ = counts();
  for (OwnerCounter* const counter : {&allocated_, &allocated_pages_, &freed_, &freed_pages_}) {
    counter->set(0);
  }
}

LargeCounts LargeCache::counts() const {
  LargeCounts result = counts_;
  result.allocated += value(allocated_);
  result.allocated_bytes += value(allocated_pages_) * port::kPageSize;
  result.freed += value(freed_);
  result.freed_bytes += value(freed_pages_) * port::kPageSize;
  return result;
}

}  // namespace Atoll::objects
