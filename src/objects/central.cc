#include "src/objects/central.h"

#include <bit>

#include "src/objects/sweep.h"

namespace Atoll::objects {

Span* Central::take(Context& context, pages::PageRecord record, Spans spans) {
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
  if (found != nullptr || spans == Spans::kUsed) return found;
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
    pages::ArenaCursor arenas(context.pages->map());
    const std::uint64_t bias = context.platform->machine.pointer_bias;
    Span* span = nullptr;  // the last object's
    for (FreeObject* object = first; count > 0; --count) {
      // Read before the object's bit is clear: then it may be somebody else's.
      FreeObject* const next = count > 1 ? object->next : nullptr;
      const Address address = Address::of(object) + bias;
      if (span == nullptr || !span->range().contains(address)) {
        span = arenas.object_span_of(address);
        if (!is_good(context, object, span, empties)) span = nullptr;
      }
      if (span != nullptr && clear_bit(context, *span, address, empties)) ++freed;
      object = next;
    }
  }
  free_empties(context, empties);
  return freed;
}

// Whether `span`, or null, has objects of this class; else `object` is reported. It is swept then.
inline bool Central::is_good(Context& context, const FreeObject* object, Span* span,
                             List<Span>& empties) {
  if (span == nullptr || span->span_class.load(std::memory_order_relaxed) != span_class_)
      [[unlikely]] {
    context.report(CorruptionKind::kFreeOfForeignPointer, object, span);
    return false;
  }
  if (span->list == &unswept_) [[unlikely]] {
    sweep(context, span);
    place(span, empties);
  }
  return true;
}

// Whether the object was taken. The span moves to where it belongs now.
inline bool Central::clear_bit(Context& context, Span& span, Address address, List<Span>& empties) {
  const std::uint64_t offset = address - span.base;
  const std::uint64_t index = index_of(span, address);
  if (index * span.object_size != offset || index >= span.object_count) [[unlikely]] {
    context.report(CorruptionKind::kFreeInsideObject, context.platform->pointer(address), &span);
    return false;
  }
  std::atomic<BitWord>& word = word_of(span.alloc_bits, index);
  const BitWord mask = mask_of(index);
  BitWord before = 0;
  if (span.is_held) {
    before = word.fetch_and(~mask, std::memory_order_release);
  } else {
    // Only the lock's holder changes it, so an atomic operation, ten times as long, is not needed.
    before = word.load(std::memory_order_relaxed);
    word.store(before & ~mask, std::memory_order_release);
  }
  if ((before & mask) == 0) [[unlikely]] {
    context.report(CorruptionKind::kDoubleFree, context.platform->pointer(address), &span);
    return false;
  }
  if (span.is_held) return true;
  const bool was_full = span.taken_count == span.object_count;
  --span.taken_count;
  if (was_full || span.taken_count == 0) place(&span, empties);
  return true;
}

bool Central::keep(Context& context, Chain chain) {
  const LockGuard guard(lock_, context.os());
  const std::uint32_t kept = chained_.load(std::memory_order_relaxed);
  if (chains_kept_ == kMaxChains || kept + chain.count > context.sizes->most_chained(span_class_)) {
    return false;
  }
  chains_[chains_kept_++] = chain;
  chained_.store(kept + chain.count, std::memory_order_relaxed);
  return true;
}

Chain Central::take_chain(Context& context) {
  if (chained_count() == 0) return {};
  const LockGuard guard(lock_, context.os());
  if (chains_kept_ == 0) return {};
  const Chain chain = chains_[--chains_kept_];
  chained_.store(chained_.load(std::memory_order_relaxed) - chain.count, std::memory_order_relaxed);
  return chain;
}

void Central::settle_chains(Context& context) {
  for (Chain chain = take_chain(context); chain.first != nullptr; chain = take_chain(context)) {
    (void)settle(context, chain.first, chain.count);
  }
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
