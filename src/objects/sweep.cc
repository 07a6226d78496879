#include "src/objects/sweep.h"

#include <bit>
#include <optional>

namespace Atoll::objects {
namespace {

// For unmarked objects with records. If there is a finalizer, queues it and marks the object;
// otherwise removes the records.
void sweep_specials(ObjectHeap& heap, Span& span) {
  std::optional<std::uint64_t> offset = heap.specials.next_offset(&span, 0);
  for (; offset; offset = heap.specials.next_offset(&span, *offset + 1)) {
    const std::uint64_t index = *offset / span.object_size;
    if (is_set(span.mark_bits, index)) continue;
    FinalizerSpecial* const finalizer = heap.specials.take_finalizer(&span, *offset);
    if (finalizer != nullptr) {
      word_of(span.mark_bits, index).fetch_or(mask_of(index), std::memory_order_relaxed);
      heap.specials.queue(finalizer, heap.platform->pointer(span.base + *offset));
    } else {
      heap.specials.remove_all(&span, *offset, heap.options.on_sample_freed,
                               heap.options.sample_context);
    }
  }
}

}  // namespace

bool is_alive(ObjectHeap& heap, Span& span, std::uint64_t index) {
  const auto is_swept = [&] {
    return span.sweep_generation.load(std::memory_order_acquire) == heap.generation();
  };
  const auto is_marked = [&] {
    return (word_of(span.mark_bits, index).load(std::memory_order_acquire) & mask_of(index)) != 0;
  };
  // A sweeper marks an object before it takes the finalizer, and clears marks after it has declared
  // the span swept. So this asks each question again after the question whose answer the sweeper
  // changes next.
  if (!is_swept() && !is_marked()) {
    const std::uint64_t offset = index * span.object_size;
    const bool has_finalizer =
        heap.specials.in_use() != 0 &&
        heap.specials.find(&span, offset, SpecialKind::kFinalizer) != nullptr;
    if (!has_finalizer && !is_marked() && !is_swept()) return false;
  }
  return is_set(span.alloc_bits, index);
}

std::uint32_t sweep_objects(ObjectHeap& heap, Span& span) {
  if (span.specials != nullptr) sweep_specials(heap, span);
  TinyBlock* const blocks = span.tiny_blocks.load(std::memory_order_relaxed);
  unsigned freed = 0;
  unsigned taken = 0;
  const unsigned words = words_of_bits(span.object_count);
  for (unsigned i = 0; i < words; ++i) {
    const BitWord marked = span.mark_bits[i].load(std::memory_order_relaxed);
    const BitWord before = span.alloc_bits[i].fetch_and(marked, std::memory_order_release);
    freed += static_cast<unsigned>(std::popcount(before & ~marked));
    taken += static_cast<unsigned>(std::popcount(before & marked));
    if (blocks == nullptr) continue;
    for (BitWord dead = before & ~marked; dead != 0; dead &= dead - 1) {
      blocks[i * kBitsPerWord + static_cast<unsigned>(std::countr_zero(dead))].store(
          0, std::memory_order_relaxed);
    }
  }
  span.taken_count = static_cast<std::uint16_t>(taken);
  span.free_index = 0;
  span.sweep_generation.store(heap.generation(), std::memory_order_release);
  // Not earlier: until now the marks told which objects are alive.
  for (unsigned i = 0; i < words; ++i) {
    if (span.mark_bits[i].load(std::memory_order_relaxed) != 0) {
      span.mark_bits[i].store(0, std::memory_order_release);
    }
  }
  return freed;
}

}  // namespace Atoll::objects
