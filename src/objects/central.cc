#include "src/objects/central.h"

#include <bit>

#include "src/objects/sweep.h"

namespace Atoll::objects {

Span* Central::take(Context& context, pages::PageRecord record) {
  Span* found = nullptr;
  List<Span> empties;
  {
    const LockGuard guard(lock_, context.os());
    // What waits to be swept is looked at only when nothing else is there, and no longer than until
    // something is found.
    while (partial_.empty() && empties.empty() && !unswept_.empty()) {
      Span* const span = unswept_.first();
      sweep(context, span);
      place(span, empties);
    }
    found = !partial_.empty() ? partial_.first() : empties.first();
    if (found != nullptr) {
      found->list->remove(found);
      hold(context, found, record);
    }
  }
  if (found != nullptr) return found;
  Span* const span = context.pages->allocate(context.sizes->size_class(span_class_).npages,
                                             pages::PageUse::kObjects);
  if (add_span(context, span) != nullptr) {
    const LockGuard guard(lock_, context.os());
    hold(context, span, record);
  }
  return span;
}

// `span` may be null.
Span* Central::add_span(Context& context, Span* span) {
  if (span == nullptr) return nullptr;
  prepare(*span, context.pages->map(), *context.sizes, span_class_, context.generation());
  spans_.fetch_add(1, std::memory_order_relaxed);
  return span;
}

void Central::hold(Context& context, Span* span, pages::PageRecord record) {
  span->is_held = true;
  span->free_index = 0;
  context.pages->map().set_records(span->range(), span->frees_slowly ? 0 : record);
}

void Central::give_back(Context& context, Span* span) {
  List<Span> empties;
  {
    const LockGuard guard(lock_, context.os());
    untake(*span);
    span->is_held = false;
    span->taken_count = static_cast<std::uint16_t>(count_taken(*span));
    place(span, empties);
  }
  free_empties(context, empties);
}

void* Central::take_large(Context& context, std::uint64_t npages, std::uint64_t alignment,
                          bool* needs_zero) {
  Span* const span = context.pages->allocate(npages, pages::PageUse::kObjects, alignment);
  if (add_span(context, span) == nullptr) return nullptr;
  *needs_zero = span->needs_zero;
  word_of(span->alloc_bits, 0).store(1, std::memory_order_relaxed);
  if (context.marking.load(std::memory_order_relaxed)) {
    word_of(span->mark_bits, 0).store(1, std::memory_order_relaxed);
  }
  span->taken_count = 1;
  const LockGuard guard(lock_, context.os());
  full_.push_back(span);
  return context.platform->pointer(span->base);
}

void Central::place(Span* span, List<Span>& empties) {
  if (span->is_held) return;
  List<Span>* belongs = &partial_;
  if (span->taken_count == 0) {
    belongs = &empties;
  } else if (span->taken_count == span->object_count) {
    belongs = &full_;
  }
  if (span->list == belongs) return;
  if (span->list != nullptr) span->list->remove(span);
  belongs->push_front(span);
}

void Central::free_empties(Context& context, List<Span>& empties) {
  while (!empties.empty()) {
    Span* const span = empties.first();
    empties.remove(span);
    TinyBlock* const table = span->tiny_blocks.load(std::memory_order_relaxed);
    if (table != nullptr) context.tiny_tables.free(table);
    spans_.fetch_sub(1, std::memory_order_relaxed);
    span->has_objects.store(false, std::memory_order_release);
    context.pages->free(span);
  }
}

std::uint32_t Central::settle(Context& context, FreeObject* first, std::uint32_t count) {
  std::uint32_t freed = 0;
  List<Span> empties;
  {
    const LockGuard guard(lock_, context.os());
    Span* span = nullptr;
    std::uint64_t word = 0;  // whose objects are in `mask`
    BitWord mask = 0;
    const auto finish_word = [&] {
      if (mask != 0) freed += clear_bits(context, *span, word * kBitsPerWord, mask);
      mask = 0;
    };
    const auto finish_span = [&] {
      finish_word();
      if (span != nullptr) place(span, empties);
      span = nullptr;
    };
    for (FreeObject* object = first; count > 0; --count) {
      // Read before the object's bit is clear: then it may be somebody else's.
      FreeObject* const next = count > 1 ? object->next : nullptr;
      const Address address = context.platform->address(object);
      if (span == nullptr || !span->range().contains(address)) {
        finish_span();
        span = context.pages->map().object_span_of(address);
        if (span == nullptr || span->span_class.load(std::memory_order_relaxed) != span_class_) {
          context.report(CorruptionKind::kFreeOfForeignPointer, object, span);
          span = nullptr;
          object = next;
          continue;
        }
        if (span->list == &unswept_) sweep(context, span);
      }
      const std::uint64_t index = index_of(*span, address);
      if (object_at(*span, index) != address || index >= span->object_count) {
        context.report(CorruptionKind::kFreeInsideObject, object, span);
      } else {
        if (index / kBitsPerWord != word || (mask & mask_of(index)) != 0) finish_word();
        word = index / kBitsPerWord;
        mask |= mask_of(index);
      }
      object = next;
    }
    finish_span();
  }
  free_empties(context, empties);
  return freed;
}

// Returns how many objects were freed: those whose bits were set.
std::uint32_t Central::clear_bits(Context& context, Span& span, std::uint64_t first_index,
                                  BitWord mask) {
  const BitWord before =
      word_of(span.alloc_bits, first_index).fetch_and(~mask, std::memory_order_release);
  for (BitWord bad = mask & ~before; bad != 0; bad &= bad - 1) {
    const std::uint64_t index = first_index + static_cast<unsigned>(std::countr_zero(bad));
    context.report(CorruptionKind::kDoubleFree, context.platform->pointer(object_at(span, index)),
                   &span);
  }
  const auto freed = static_cast<std::uint16_t>(std::popcount(mask & before));
  if (!span.is_held) span.taken_count = static_cast<std::uint16_t>(span.taken_count - freed);
  return freed;
}

void Central::begin_sweep() {
  for (List<Span>* list : {&full_, &partial_}) {
    while (!list->empty()) {
      Span* const span = list->first();
      list->remove(span);
      unswept_.push_back(span);
    }
  }
}

void Central::sweep(Context& context, Span* span) {
  unswept_.remove(span);
  const std::uint64_t freed = sweep_objects(context, *span);
  swept_frees_ += freed;
  swept_bytes_ += freed * span->object_size;
}

bool Central::sweep_for(Context& context, Span* span, std::uint64_t index) {
  List<Span> empties;
  bool is_alive = false;
  {
    const LockGuard guard(lock_, context.os());
    if (is_unswept(*span)) {
      sweep(context, span);
      place(span, empties);
    }
    is_alive = is_set(span->alloc_bits, index);
  }
  free_empties(context, empties);
  return is_alive;
}

bool Central::sweep_one(Context& context) {
  List<Span> empties;
  {
    const LockGuard guard(lock_, context.os());
    if (unswept_.empty()) return false;
    Span* const span = unswept_.first();
    sweep(context, span);
    place(span, empties);
  }
  free_empties(context, empties);
  return true;
}

std::uint64_t Central::swept_frees(Context& context, std::uint64_t* bytes) {
  const LockGuard guard(lock_, context.os());
  *bytes = swept_bytes_;
  return swept_frees_;
}

void Central::free_slowly(Context& context, Span* span) {
  const LockGuard guard(lock_, context.os());
  span->frees_slowly = true;
  context.pages->map().set_records(span->range(), 0);
}

TinyBlock* Central::tiny_blocks(Context& context, Span* span) {
  TinyBlock* table = span->tiny_blocks.load(std::memory_order_acquire);
  if (table != nullptr) return table;
  const LockGuard guard(lock_, context.os());
  table = span->tiny_blocks.load(std::memory_order_relaxed);
  if (table != nullptr) return table;
  table = context.tiny_tables.alloc();
  if (table == nullptr) return nullptr;
  span->tiny_blocks.store(table, std::memory_order_release);
  span->frees_slowly = true;
  context.pages->map().set_records(span->range(), 0);
  return table;
}

}  // namespace Atoll::objects
