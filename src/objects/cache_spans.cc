// Which spans a cache holds, and what becomes of objects that go back to them.

#include "src/objects/cache.h"
#include "src/policy.h"

namespace Atoll::objects {

// A span with objects in its alloc_cache, of those that had objects before. Null: there is none.
Span* Cache::span_with_objects(Context& context, unsigned span_class, Surplus& surplus) {
  HeldSpans& held = classes_[span_class].held;
  for (;;) {
    while (Span* const span = held.usable.first()) {
      if (span->alloc_cache != 0 || take_next(*span)) return span;
      held.usable.remove(span);
      held.full.push_front(span);
      (void)make_room(context, span_class, surplus);
    }
    if (held.freed_by_others.load(std::memory_order_relaxed) != nullptr) {
      collect(context, span_class, surplus);
    } else if (!context.centrals[span_class].take(context, holder(span_class))) {
      return nullptr;
    }
  }
}

// When none of those that had objects before will do.
bool Cache::hold_another(Context& context, unsigned span_class) {
  // Of one orphan after the other: most children of a fork need few objects.
  while (context.adopt(span_class, Context::Orphans::kNext)) {
    const LockGuard guard(lock_, context.os());
    if (context.centrals[span_class].take(context, holder(span_class))) return true;
  }
  Span* const span = new_span(context, context.sizes->size_class(span_class).npages);
  if (span == nullptr) return false;
  const LockGuard guard(lock_, context.os());
  context.centrals[span_class].add(context, holder(span_class), span);
  return true;
}

// For one more span to hold. The one that has been full for longest makes it.
bool Cache::make_room(Context& context, unsigned span_class, Surplus& surplus) {
  const HeldSpans& held = classes_[span_class].held;
  const std::uint64_t bytes = context.sizes->size_class(span_class).span_bytes();
  if (held.count * bytes < policy::kMostHeldBytes) return true;
  Span* const oldest = held.full.last();
  if (oldest == nullptr) return false;
  give_back(context, span_class, oldest, surplus);
  return true;
}

void Cache::give_back(Context& context, unsigned span_class, Span* span, Surplus& surplus) {
  List<Span> empties;
  ClassCache& state = classes_[span_class];
  state.freed -= context.centrals[span_class].give_back(context, state.held, span, empties);
  put_in_stock(context, empties, surplus);
}

// What others have freed in spans that are held.
void Cache::collect(Context& context, unsigned span_class, Surplus& surplus) {
  List<Span> empties;
  ClassCache& state = classes_[span_class];
  state.freed -= context.centrals[span_class].collect_freed(context, state.held, empties);
  put_in_stock(context, empties, surplus);
}

void Cache::give_back_held(Context& context, unsigned span_class, Surplus& surplus) {
  const HeldSpans& held = classes_[span_class].held;
  // A span that is given back may make another one usable.
  while (held.count != 0) {
    give_back(context, span_class, held.usable.empty() ? held.full.first() : held.usable.first(),
              surplus);
  }
}

[[gnu::cold]] void Cache::give_back_free(Context& context, Surplus& surplus) {
  for (unsigned i = 0; i < context.sizes->num_span_classes(); ++i) {
    const HeldSpans& held = classes_[i].held;
    if (held.count == 0) continue;
    if (held.freed_by_others.load(std::memory_order_relaxed) != nullptr) {
      collect(context, i, surplus);
    }
    while (!held.usable.empty()) give_back(context, i, held.usable.first(), surplus);
  }
  give_back_stock(surplus);
}

// --- Pages. ---

Span* Cache::new_span(Context& context, std::uint64_t npages, std::uint64_t alignment) {
  // For what can never be had nothing is given up. The page heap tells why.
  if (npages > context.pages->most_pages()) {
    return context.pages->allocate(npages, pages::PageUse::kObjects, alignment);
  }
  const bool may_be_stocked = alignment <= port::kPageSize;
  Span* span = may_be_stocked ? take_from_stock(context, npages) : nullptr;
  if (span == nullptr && shorten_lists(context) && may_be_stocked) {
    span = take_from_stock(context, npages);
  }
  if (span == nullptr) context.adopt_all(0);
  while (span == nullptr) {
    span = context.pages->allocate(npages, pages::PageUse::kObjects, alignment);
    if (span != nullptr) break;
    // What is missing may be what this thread keeps.
    const bool gave_objects = shorten_lists(context);
    const bool gave_spans = flush_stock(context);
    if (!gave_objects && !gave_spans) break;
  }
  return span;
}

Span* Cache::take_from_stock(Context& context, std::uint64_t npages) {
  if (stock_.empty()) return nullptr;
  const LockGuard guard(lock_, context.os());
  return stock_.take(npages);
}

void Cache::put_in_stock(Context& context, List<Span>& spans, Surplus& surplus) {
  if (!spans.empty()) {
    stock_.put(context.pages->map(), spans,
               context.options.most_stocked >> context.crowding.load(std::memory_order_relaxed),
               surplus.spans);
  }
}

bool Cache::flush_stock(Context& context) {
  Surplus surplus(context);
  const LockGuard guard(lock_, context.os());
  return stock_.flush(surplus.spans);
}

// --- Objects. ---

// Frees the first objects of a list, which were counted as freed, and returns the rest: none if one
// was freed twice in a row, and so is its own successor. What lies in a span that is held, or may
// be held from now on, needs no lock that others want.
FreeObject* Cache::settle(Context& context, unsigned span_class, Chain chain, Others others) {
  Central& central = context.centrals[span_class];
  const Holder mine = holder(span_class);
  Surplus surplus(context);
  const LockGuard guard(lock_, context.os());
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
    FreeObject* next = object->next;
    const Address address = Address::of(object) + bias;
    if (next == object) [[unlikely]] {
      context.report(CorruptionKind::kDoubleFree, object, arenas.span_of(address));
      next = &end_of_list;
      rejected += chain.count - 1;
      chain.count = 1;
    }
    if (page != address.value() >> port::kPageShift) {
      page = address.value() >> port::kPageShift;
      span = arenas.span_of(address);
      if (span != nullptr && !mine.held.has(*span) &&
          (others == Others::kSettle || !make_room(context, span_class, surplus) ||
           !central.try_hold(context, span, mine, address))) {
        span = nullptr;
      }
    }
    if (span == nullptr) {
      object->next = rest.count != 0 ? rest.first : &end_of_list;
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
  put_in_stock(context, empties, surplus);
  classes_[span_class].freed -= rejected;
  return object;
}

// So many objects that were counted as freed were free before, or none.
void Cache::take_back(Context& context, unsigned span_class, std::uint32_t rejected) {
  const LockGuard guard(lock_, context.os());
  classes_[span_class].freed -= rejected;
}

}  // namespace Atoll::objects
