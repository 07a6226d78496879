// Finds the object that holds an address.

#include <algorithm>
#include <limits>

#include "src/heap/heap.h"
#include "src/objects/span_objects.h"
#include "src/objects/sweep.h"

namespace Atoll {

pages::Span* Heap::find_span(const void* p, std::uint64_t* index) {
  if (!state_.has_value()) return nullptr;
  const Address address = platform().address(p);
  pages::Span* const span = state_->pages.map().object_span_of(address);
  if (span == nullptr || !span->has_objects.load(std::memory_order_acquire)) return nullptr;
  *index = objects::index_of(*span, address);
  const bool is_taken = *index < span->object_count && objects::is_set(span->alloc_bits, *index);
  return is_taken && !span->is_cached.load(std::memory_order_relaxed) ? span : nullptr;
}

Object Heap::object_of(const pages::Span& span, std::uint64_t index) const {
  return {platform().pointer(objects::object_at(span, index)),
          static_cast<std::size_t>(span.object_size),
          port::is_noscan(span.span_class.load(std::memory_order_relaxed))};
}

objects::Central& Heap::central_of(const pages::Span& span) {
  return state_->objects.centrals[span.span_class.load(std::memory_order_relaxed)];
}

// Perhaps nobody owns an object at `p`, and the span may be freed and reused at any moment: the
// page heap's lock prevents that.
Object Heap::find_object(const void* p) {
  if (!state_.has_value()) return {};
  const Entry entry(*this);
  if (entry.is_inner()) return {};
  const LockGuard guard(state_->pages.lock(), state_->platform.os);
  std::uint64_t index = 0;
  pages::Span* const span = find_span(p, &index);
  if (span == nullptr || !objects::is_alive(state_->objects, *span, index)) return {};
  return object_of(*span, index);
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

}  // namespace Atoll
