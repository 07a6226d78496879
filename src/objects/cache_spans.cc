// Which spans a cache holds, and what becomes of objects that go back to them.

#include <memory>

#include "src/objects/cache.h"

namespace Atoll::objects {

// A span with objects in its alloc_cache.
Span* Cache::span_with_objects(Context& context, unsigned span_class, Spans spans) {
  Central& central = context.centrals[span_class];
  HeldSpans& held = classes_[span_class].held;
  for (;;) {
    while (Span* const span = held.usable.first()) {
      if (span->alloc_cache != 0 || take_next(*span)) return span;
      held.usable.remove(span);
      held.full.push_front(span);
      (void)make_room(context, span_class);
    }
    if (held.freed_by_others.load(std::memory_order_relaxed) != nullptr) {
      List<Span> empties;
      take_back(context, span_class, central.collect_freed(context, held, empties));
      release_spans(context, empties);
    } else if (!hold_one(context, span_class, spans)) {
      return nullptr;
    }
  }
}

bool Cache::hold_one(Context& context, unsigned span_class, Spans spans) {
  Central& central = context.centrals[span_class];
  if (central.take(context, holder(span_class))) return true;
  if (spans == Spans::kUsed) return false;
  Span* const span = new_span(context, context.sizes->size_class(span_class).npages);
  if (span == nullptr) return false;
  central.add(context, holder(span_class), span);
  return true;
}

// For one more span to hold. The one that has been full for longest makes it.
bool Cache::make_room(Context& context, unsigned span_class) {
  const HeldSpans& held = classes_[span_class].held;
  const std::uint64_t bytes = context.sizes->size_class(span_class).span_bytes();
  if (held.count * bytes < HeldSpans::kMostBytes) return true;
  Span* const oldest = held.full.last();
  if (oldest == nullptr) return false;
  give_back(context, span_class, oldest);
  return true;
}

Span* Cache::new_span(Context& context, std::uint64_t npages, std::uint64_t alignment) {
  // For what can never be had nothing is given up. The page heap tells why.
  if (npages > context.pages->most_pages()) {
    return context.pages->allocate(npages, pages::PageUse::kObjects, alignment);
  }
  const bool may_be_stocked = alignment <= port::kPageSize;
  Span* span = may_be_stocked ? stock_.take(npages) : nullptr;
  if (span == nullptr && shorten_lists(context) && may_be_stocked) span = stock_.take(npages);
  while (span == nullptr) {
    span = context.pages->allocate(npages, pages::PageUse::kObjects, alignment);
    if (span != nullptr) break;
    // What is missing may be what this thread keeps.
    const bool gave_objects = shorten_lists(context);
    const bool gave_spans = stock_.flush(*context.pages);
    if (!gave_objects && !gave_spans) break;
  }
  return span;
}

void Cache::release_spans(Context& context, List<Span>& spans) {
  if (!spans.empty()) stock_.put(*context.pages, spans, context.most_stocked);
}

void Cache::give_back(Context& context, unsigned span_class, Span* span) {
  List<Span> empties;
  take_back(
      context, span_class,
      context.centrals[span_class].give_back(context, classes_[span_class].held, span, empties));
  release_spans(context, empties);
}

// --- Objects. ---

// Frees the first objects of a list, which were counted as freed, and returns the rest. What lies
// in a span that is held, or may be held from now on, needs no lock.
FreeObject* Cache::settle(Context& context, unsigned span_class, Chain chain, Others others) {
  Central& central = context.centrals[span_class];
  const Holder mine = holder(span_class);
  pages::ArenaCursor arenas(context.pages->map());
  const std::uint64_t bias = context.platform->machine.pointer_bias;
  List<Span> empties;
  std::uint32_t rejected = 0;
  Chain rest;
  // The last object's page, and its span, if that is held.
  std::uint64_t page = 0;
  Span* span = nullptr;
  FreeObject* object = chain.first;
  for (; chain.count > 0; --chain.count) {
    FreeObject* const next = object->next;
    const Address address = Address::of(object) + bias;
    if (page != address.value() >> port::kPageShift) {
      page = address.value() >> port::kPageShift;
      span = arenas.span_of(address);
      if (span != nullptr && !mine.held.has(*span) &&
          (others == Others::kSettle || !make_room(context, span_class) ||
           !central.try_hold(context, span, mine, address))) {
        span = nullptr;
      }
    }
    if (span == nullptr) {
      object->next = rest.first;
      rest = {object, rest.count + 1};
    } else if (!release(context, *span, address)) [[unlikely]] {
      ++rejected;
    } else {
      if (span->taken_count + 1 == span->object_count && mine.held.full.contains(span)) {
        mine.held.full.remove(span);
        mine.held.usable.push_front(span);
      }
      if (span->taken_count == span->freed_count.load(std::memory_order_relaxed) &&
          mine.held.has_several_usable()) {
        rejected += central.give_back(context, mine.held, span, empties);
        span = nullptr;
        page = 0;
      }
    }
    object = next;
  }
  if (rest.count != 0 && (others == Others::kSettle || !central.keep(context, rest))) {
    rejected += rest.count - central.settle(context, rest, empties);
  }
  release_spans(context, empties);
  take_back(context, span_class, rejected);
  return object;
}

// So many objects that were counted as freed were free before, or none.
void Cache::take_back(Context& context, unsigned span_class, std::uint32_t rejected) {
  if (rejected == 0) return;
  const LockGuard guard(lock_, context.os());
  classes_[span_class].freed -= rejected;
}

// --- The end. ---

void Cache::forget_spans(Context& context) {
  for (unsigned i = 0; i < context.sizes->num_span_classes(); ++i) {
    std::construct_at(&classes_[i].held);
  }
  forget_limits(context);
}

}  // namespace Atoll::objects
