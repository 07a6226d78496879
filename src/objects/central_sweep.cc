// The functions of a central list for marks, special records and tiny objects. A program that has
// none of these does not run them.

#include "src/objects/central.h"
#include "src/objects/sweep.h"

namespace Atoll::objects {

void Central::begin_sweep() {
  for (List<Span>* list : {&full_, &partial_}) {
    while (!list->empty()) {
      Span* const span = list->first();
      list->remove(span);
      unswept_.push_back(span);
    }
  }
}

void Central::sweep(ObjectHeap& heap, Span* span) {
  unswept_.remove(span);
  const std::uint64_t freed = sweep_objects(heap, *span);
  swept_frees_ += freed;
  swept_bytes_ += freed * span->object_size;
}

[[gnu::cold]] bool Central::sweep_for(ObjectHeap& heap, Span* span, std::uint64_t index) {
  List<Span> empties;
  bool is_alive = false;
  {
    const LockGuard guard(lock_, heap.os());
    if (is_unswept(*span)) {
      sweep(heap, span);
      place(span, empties);
    }
    is_alive = is_set(span->alloc_bits, index);
  }
  free_empties(heap, empties);
  return is_alive;
}

bool Central::sweep_one(ObjectHeap& heap) {
  List<Span> empties;
  {
    const LockGuard guard(lock_, heap.os());
    if (unswept_.empty()) return false;
    Span* const span = unswept_.first();
    sweep(heap, span);
    place(span, empties);
  }
  free_empties(heap, empties);
  return true;
}

std::uint64_t Central::swept_frees(ObjectHeap& heap, std::uint64_t* bytes) {
  const LockGuard guard(lock_, heap.os());
  *bytes = swept_bytes_;
  return swept_frees_;
}

void Central::free_slowly(ObjectHeap& heap, Span* span) {
  const LockGuard guard(lock_, heap.os());
  span->frees_slowly = true;
  heap.pages->map().set_records(*span, pages::PageRecord());
}

[[gnu::cold]] TinyBlock* Central::tiny_blocks(ObjectHeap& heap, Span* span) {
  TinyBlock* table = span->tiny_blocks.load(std::memory_order_acquire);
  if (table != nullptr) return table;
  const LockGuard guard(lock_, heap.os());
  table = span->tiny_blocks.load(std::memory_order_relaxed);
  if (table != nullptr) return table;
  table = heap.tiny_tables.alloc();
  if (table == nullptr) return nullptr;
  span->tiny_blocks.store(table, std::memory_order_release);
  span->frees_slowly = true;
  heap.pages->map().set_records(*span, pages::PageRecord());
  return table;
}

}  // namespace Atoll::objects
