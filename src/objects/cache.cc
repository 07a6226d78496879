#include "src/objects/cache.h"

#include <algorithm>
#include <bit>
#include <memory>

#include "os/base/bits.h"
#include "src/policy.h"

namespace Atoll::objects {

constinit FreeObject end_of_list{&end_of_list};

void Cache::init(Context& context, ClassCache* classes, pages::CacheNumber number,
                 std::uint64_t seed) {
  classes_ = BySpanClass(classes);
  own_number_ = number;
  random_.state = seed;
  if (context.options.profile_rate != 0) {
    next_sample_ = objects::next_sample(context.platform->spec.release, context.platform->spec.goos,
                                        context.options.profile_rate, random_);
  }
  set_careful(context.is_careful());
}

void Cache::set_careful(bool is_careful) {
  is_careful_ = is_careful;
  number_ = is_careful ? pages::CacheNumber() : own_number_;
}

[[gnu::cold]] void Cache::set_number(pages::CacheNumber number) {
  own_number_ = number;
  number_ = is_careful_ ? pages::CacheNumber() : number;
}

void Cache::refresh_lookup(Context& context, const port::PortSpec& port) {
  const pages::ArenaMap& map = context.pages->map();
  if (arena_table_ != 0 && window_.page_count == map.window().page_count) return;
  const port::PortSpec& mine = context.platform->spec;
  const bool is_same =
      mine.log_heap_arena_bytes == port.log_heap_arena_bytes &&
      mine.arena_l1_bits == port.arena_l1_bits && mine.arena_l2_bits == port.arena_l2_bits &&
      mine.arena_index(0) == port.arena_index(0) && context.platform->machine.pointer_bias == 0;
  if (!is_same) return;
  window_ = map.window();
  const auto table = reinterpret_cast<std::uintptr_t>(map.fast_table());
  if (table == 0) return;
  // One level is indexed by the address alone, so that nothing is left to add.
  arena_table_ = table + static_cast<std::uintptr_t>(map.fast_offset() * sizeof(void*));
  // Addresses that are not below the end of the map, or wrap round to its beginning, are left to
  // the slower lookup.
  arena_limit_ = static_cast<std::uintptr_t>(map.fast_arenas());
}

// --- Objects from spans. ---

void* Cache::allocate(Context& context, unsigned span_class) {
  if (is_careful_) return allocate_carefully(context, span_class);
  FreeList& list = lists_[span_class];
  void* const object = pop(list);
  if (object != nullptr) return object;
  return refill(context, span_class) ? pop(list) : nullptr;
}

bool Cache::refill(Context& context, unsigned span_class) {
  FreeList& list = lists_[span_class];
  ClassCache& state = classes_[span_class];
  count(context, span_class);
  if (list.head != &end_of_list) [[unlikely]] {
    name_double_free(context, span_class);
    return true;
  }
  const bool one_by_one = is_on_trial(span_class);
  if (const Chain chain = one_by_one ? Chain() : context.centrals[span_class].take_chain(context);
      chain.first != nullptr) {
    list.head = chain.first;
    state.length += static_cast<std::int32_t>(chain.count);
    return true;
  }
  state.taken = one_by_one ? std::int16_t{1} : next_taken(context, span_class);
  // A new span is made only when an object must be had: spans lie in the order in which they are
  // needed. A trim may take the span away before its first object is had.
  do {
    Surplus surplus(context);
    const LockGuard guard(lock_, context.os());
    if (one_by_one) grant_nothing(span_class);
    fill(context, span_class, surplus);
  } while (list.head == &end_of_list && hold_another(context, span_class));
  return list.head != &end_of_list;
}

// How many objects the next refill takes.
std::int16_t Cache::next_taken(const Context& context, unsigned span_class) const {
  const SizeTable& sizes = *context.sizes;
  const unsigned shift = context.crowding.load(std::memory_order_relaxed);
  const std::int32_t fewest =
      sizes.objects_in({.bytes = policy::kFirstRefillBytes >> shift,
                        .fewest = 1,
                        .most = std::max(policy::kFirstRefillObjects >> shift, 1)},
                       span_class);
  const std::int32_t most = sizes.objects_in(
      {.bytes = policy::kMostRefillBytes, .fewest = 1, .most = sizes.batch(span_class)},
      span_class);
  return static_cast<std::int16_t>(std::clamp(classes_[span_class].taken * 2, fewest, most));
}

// Takes `taken` objects, or as many as there are, from the spans that have some.
void Cache::fill(Context& context, unsigned span_class, Surplus& surplus) {
  ClassCache& state = classes_[span_class];
  FreeObject** link = &lists_[span_class].head;
  std::int32_t left = state.taken;
  // Where spans have few free objects, several serve one batch.
  while (left > 0) {
    Span* const span = span_with_objects(context, span_class, surplus);
    if (span == nullptr) break;
    const auto size = static_cast<std::size_t>(span->object_size);
    char* const base = context.platform->pointer_to<char>(object_at(*span, span->cache_base));
    std::uint64_t free = span->alloc_cache;
    const std::int32_t before = left;
    for (; left > 0 && free != 0; --left, free &= free - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(free));
      auto* const object = reinterpret_cast<FreeObject*>(base + bit * size);
      *link = object;
      link = &object->next;
    }
    span->alloc_cache = free;
    span->taken_count = static_cast<std::uint16_t>(span->taken_count + before - left);
    state.length += before - left;
  }
  *link = &end_of_list;
}

// Of a list that was just counted, and whose first object is its own successor. What was behind
// that is lost: it counts as never freed.
[[gnu::cold]] void Cache::name_double_free(Context& context, unsigned list) {
  FreeObject* const object = lists_[list].head;
  const Address address = context.platform->address(object);
  context.report(CorruptionKind::kDoubleFree, object, context.pages->map().span_of(address));
  object->next = &end_of_list;
  take_back(context, list, static_cast<std::uint32_t>(classes_[list].length - 1));
  classes_[list].length = 1;
}

[[gnu::cold]] void Cache::check_lists(Context& context) {
  for (unsigned i = 0; i < context.sizes->num_span_classes(); ++i) {
    const FreeObject* const object = lists_[i].head;
    if (object == &end_of_list || object->next != object) continue;
    count(context, i);
    name_double_free(context, i);
  }
}

[[gnu::cold]] void* Cache::allocate_carefully(Context& context, unsigned span_class) {
  void* object = nullptr;
  do {
    Surplus surplus(context);
    const LockGuard guard(lock_, context.os());
    object = take_carefully(context, span_class, surplus);
  } while (object == nullptr && hold_another(context, span_class));
  if (object != nullptr) sample(context, object, context.sizes->size_class(span_class).size);
  return object;
}

[[gnu::cold]] void* Cache::take_carefully(Context& context, unsigned span_class, Surplus& surplus) {
  ClassCache& state = classes_[span_class];
  Central& central = context.centrals[span_class];
  while (state.held.count != 0 || central.take(context, holder(span_class))) {
    Span* const span = state.held.usable.first();
    const unsigned index = central.take_object(context, *span);
    if (index == span->object_count) {
      give_back(context, span_class, span, surplus);
      continue;
    }
    if (context.marking.load(std::memory_order_relaxed)) {
      word_of(span->mark_bits, index).fetch_or(mask_of(index), std::memory_order_relaxed);
    }
    ++state.allocated;
    return context.platform->pointer(object_at(*span, index));
  }
  return nullptr;
}

void* Cache::allocate_large(Context& context, std::size_t size, std::size_t alignment, Scan scan,
                            bool* needs_zero) {
  const std::uint64_t npages = pages::pages_for(size);
  const unsigned span_class = port::span_class(0, scan == Scan::kNoscan);
  Span* const span = new_span(context, npages, alignment);
  if (span == nullptr) return nullptr;
  *needs_zero = span->needs_zero;
  void* const object = context.centrals[span_class].add_large(context, span);
  {
    const LockGuard guard(lock_, context.os());
    ++large_allocated_;
    large_allocated_bytes_ += npages * port::kPageSize;
  }
  sample(context, object, npages * port::kPageSize);
  return object;
}

bool Cache::resize_large(Context& context, Span* span, std::uint64_t npages) {
  const std::uint64_t before = span->bytes();
  const bool is_done = npages > span->npages ? context.pages->extend(span, npages)
                                             : context.pages->truncate(span, npages);
  if (!is_done) return false;
  {
    const LockGuard guard(context.pages->lock(), context.os());
    span->object_size = span->bytes();
  }
  const LockGuard guard(lock_, context.os());
  if (span->bytes() > before) {
    large_allocated_bytes_ += span->bytes() - before;
  } else {
    large_freed_bytes_ += before - span->bytes();
  }
  return true;
}

// --- Freed objects. ---

void Cache::free(Context& context, void* p) {
  const Address address = context.platform->address(p);
  Span* const span = context.pages->map().object_span_of(address);
  if (span == nullptr) {
    const Span* const other = context.pages->map().span_of(address);
    const bool is_stack = other != nullptr &&
                          other->state.load(std::memory_order_acquire) == pages::SpanState::kManual;
    context.report(is_stack ? CorruptionKind::kFreeOfStack : CorruptionKind::kFreeOfForeignPointer,
                   p, is_stack ? other : nullptr);
    return;
  }
  const std::uint64_t index = index_of(*span, address);
  const Address base = object_at(*span, index);
  TinyBlock* const blocks = span->tiny_blocks.load(std::memory_order_acquire);
  if (blocks != nullptr && index < span->object_count &&
      blocks[index].load(std::memory_order_relaxed) != 0) {
    free_tiny(context, span, blocks[index], base, p);
    return;
  }
  if (base != address || index >= span->object_count) {
    context.report(CorruptionKind::kFreeInsideObject, p, span);
    return;
  }
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  // An object that has records, or had, always comes here.
  if (context.specials.in_use() != 0) {
    // A finalizer may be all that keeps the object alive: sweeping must see it.
    if (!context.centrals[span_class].sweep_for(context, span, index)) {
      context.report(CorruptionKind::kDoubleFree, p, span);
      return;
    }
    context.specials.remove_all(span, base - span->base, context.options.on_sample_freed,
                                context.options.sample_context);
    context.specials.drop_due(p);
  }
  if (port::size_class_of(span_class) == 0) {
    free_large(context, span, p);
    return;
  }
  const pages::Arena* const arena = context.pages->map().arena(address);
  const pages::PageRecord record =
      arena->records()[context.pages->map().page_index(address)].load(std::memory_order_relaxed);
  // Where frees take this way for another reason, nobody knows whose the object was.
  put_back(context, span_class, p, record.is_empty() || record.is_of(own_number_));
}

void Cache::free_large(Context& context, Span* span, void* p) {
  const std::uint64_t bytes = span->bytes();
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  List<Span> empties;
  const std::uint32_t freed =
      context.centrals[span_class].settle(context, {static_cast<FreeObject*>(p), 1}, empties);
  Surplus surplus(context);
  const LockGuard guard(lock_, context.os());
  put_in_stock(context, empties, surplus);
  if (freed == 0) return;
  ++large_freed_;
  large_freed_bytes_ += bytes;
}

bool Cache::gather(Context& context, pages::WhoseList whose, void* p) {
  // Large objects have no list.
  const unsigned span_class = span_class_at(whose.offset());
  if (span_class == 0 || number_.is_nobody()) return false;
  if (add_to_batch(context, span_class, p)) {
    context.call_inside(*this, span_class, [](Cache& cache, Context& its_context, unsigned list) {
      cache.finish_batch(its_context, list, Others::kPassOn);
    });
  }
  return true;
}

// Whether the batch should be passed on.
bool Cache::add_to_batch(const Context& context, unsigned span_class, void* p) {
  ClassCache& state = classes_[span_class];
  auto* const object = static_cast<FreeObject*>(p);
  object->next = state.batch != nullptr ? state.batch : &end_of_list;
  state.batch = object;
  return state.batch_count.increment() >= context.sizes->batch(span_class);
}

void Cache::put_back(Context& context, unsigned span_class, void* p, bool is_own) {
  ClassCache& state = classes_[span_class];
  if (is_careful_) {
    List<Span> empties;
    const std::uint32_t freed =
        context.centrals[span_class].settle(context, {static_cast<FreeObject*>(p), 1}, empties);
    Surplus surplus(context);
    const LockGuard guard(lock_, context.os());
    put_in_stock(context, empties, surplus);
    state.freed += freed;
    return;
  }
  if (is_own) {
    if (!push(lists_[span_class], p)) overflow(context, list_offset(span_class));
    return;
  }
  if (add_to_batch(context, span_class, p)) finish_batch(context, span_class, Others::kPassOn);
}

void Cache::finish_batch(Context& context, unsigned span_class, Others others) {
  ClassCache& state = classes_[span_class];
  FreeObject* const first = state.batch;
  if (first == nullptr) return;
  context.adopt_all(span_class);
  const auto count = static_cast<std::uint32_t>(state.batch_count.get());
  state.batch = nullptr;
  {
    const LockGuard guard(lock_, context.os());
    state.batch_count.set(0);
    state.freed += count;
  }
  // The others most likely lie in spans of the same thread.
  const Span* const span = context.pages->map().span_of(context.platform->address(first));
  if (others == Others::kPassOn && span != nullptr &&
      span->holder.load(std::memory_order_relaxed) != nullptr &&
      context.centrals[span_class].keep(context, {first, count})) {
    return;
  }
  (void)settle(context, span_class, {first, count}, others);
}

void Cache::flush(Context& context) {
  close_tiny(context);
  forget_limits(context);
  for (unsigned i = 0; i < context.sizes->num_span_classes(); ++i) {
    ClassCache& state = classes_[i];
    if (lists_[i].head == &end_of_list && state.limit == 0 && state.held.count == 0 &&
        state.batch == nullptr) {
      continue;
    }
    count(context, i);
    const Chain chain{lists_[i].head, static_cast<std::uint32_t>(state.length)};
    (void)settle(context, i, chain, Others::kSettle);
    lists_[i].head = &end_of_list;
    state.length = 0;
    finish_batch(context, i, Others::kSettle);
    Surplus surplus(context);
    const LockGuard guard(lock_, context.os());
    give_back_held(context, i, surplus);
  }
  (void)flush_stock(context);
}

[[gnu::cold]] void Cache::forget_lists() {
  for (unsigned i = 0; i < kMaxSpanClasses; ++i) {
    ClassCache& state = classes_[i];
    const std::int32_t kept = listed_count(i) + state.batch_count.get();
    if (kept == 0) continue;
    state.freed -= static_cast<std::uint64_t>(std::int64_t{kept});
    // Nothing but its figures is looked at any more.
    state.length -= kept;
  }
}

void Cache::clear_classes() {
  for (ClassCache& state : classes_) {
    const bool is_used = state.limit != 0 || state.granted != 0 || state.taken != 0;
    if (is_used || state.allocated != 0 || state.freed != 0) std::construct_at(&state);
  }
}

// --- Statistics. ---

void Cache::add_freed(ObjectCounts& counts) const {
  for (unsigned i = 0; i < kMaxSpanClasses; ++i) {
    const ClassCache& state = classes_[i];
    const std::int32_t since = state.granted - lists_[i].room.read() + state.batch_count.read();
    counts.freed[i] += state.freed + static_cast<std::uint64_t>(std::int64_t{since});
  }
  counts.large_freed += large_freed_;
  counts.large_freed_bytes += large_freed_bytes_;
}

void Cache::add_allocated(ObjectCounts& counts) const {
  for (unsigned i = 0; i < kMaxSpanClasses; ++i) {
    const ClassCache& state = classes_[i];
    counts.allocated[i] += state.allocated + static_cast<std::uint32_t>(lists_[i].allocated.read());
  }
  counts.tiny_allocated += tiny_allocated_;
  counts.large_allocated += large_allocated_;
  counts.large_allocated_bytes += large_allocated_bytes_;
}

[[gnu::cold]] std::uint64_t Cache::cached_count(unsigned span_class) const {
  const ClassCache& state = classes_[span_class];
  std::int32_t count = listed_count(span_class) + state.batch_count.read();
  for (const List<Span>* list : {&state.held.usable, &state.held.full}) {
    for (const Span* span = list->first(); span != nullptr; span = span->next) {
      count += std::popcount(span->alloc_cache) + span->freed_count.load(std::memory_order_relaxed);
    }
  }
  return static_cast<std::uint64_t>(std::max(0, count));
}

}  // namespace Atoll::objects
