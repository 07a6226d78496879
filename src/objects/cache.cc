#include "src/objects/cache.h"

#include <algorithm>
#include <bit>
#include <memory>

#include "src/base/bits.h"

namespace Atoll::objects {
namespace {

constexpr std::int32_t kFewestGranted = 32;
constexpr std::int32_t kFirstBatch = 8;

constexpr unsigned kTinySpanClass = port::span_class(port::kTinySizeClass, /*noscan=*/true);

}  // namespace

void Cache::init(Context& context, ClassCache* classes, pages::PageRecord number,
                 std::uint64_t seed) {
  classes_ = classes;
  own_number_ = number;
  random_.state = seed;
  if (context.profile_rate != 0) {
    next_sample_ = objects::next_sample(context.platform->spec.release, context.platform->spec.goos,
                                        context.profile_rate, random_);
  }
  set_careful(context.is_careful());
}

void Cache::set_careful(bool is_careful) {
  is_careful_ = is_careful;
  number_ = is_careful ? kNobody : own_number_;
}

void Cache::set_number(pages::PageRecord number) {
  own_number_ = number;
  number_ = is_careful_ ? kNobody : number;
}

void Cache::refresh_lookup(Context& context, const port::PortSpec& port) {
  const port::PortSpec& mine = context.platform->spec;
  const bool is_same =
      mine.log_heap_arena_bytes == port.log_heap_arena_bytes &&
      mine.arena_l1_bits == port.arena_l1_bits && mine.arena_l2_bits == port.arena_l2_bits &&
      mine.arena_index(0) == port.arena_index(0) && context.platform->machine.pointer_bias == 0;
  if (arena_table_ != 0 || !is_same) return;
  const auto table = reinterpret_cast<std::uintptr_t>(context.pages->map().fast_table());
  if (table == 0) return;
  window_ = context.pages->map().window();
  // One level is indexed by the address alone, so that nothing is left to add.
  arena_table_ = mine.arena_l1_bits != 0
                     ? table
                     : table + static_cast<std::uintptr_t>(mine.arena_index(0) * sizeof(void*));
  // Addresses that are not below the end of the map, or wrap round to its beginning, are left to
  // the slower lookup.
  arena_limit_ = static_cast<std::uintptr_t>(mine.num_arenas() - mine.arena_index(0));
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
  if (state.gave_back) {
    state.limit = std::min(state.limit * 2, context.sizes->max_limit(span_class));
    state.gave_back = false;
  }
  if (const Chain chain = context.centrals[span_class].take_chain(context);
      chain.first != nullptr) {
    list.head = chain.first;
    state.length += static_cast<std::int32_t>(chain.count);
    return true;
  }
  FreeObject** link = &list.head;
  // Few at first: a class that is seldom used touches little memory.
  state.taken = std::min(std::max(state.taken * 2, kFirstBatch), context.sizes->batch(span_class));
  std::int32_t left = state.taken;
  // Where spans have few free objects, several serve one batch. But a new span is made only when
  // an object must be had: spans lie in the order in which they are needed.
  while (left > 0) {
    Span* const span =
        span_with_objects(context, span_class, link == &list.head ? Spans::kAny : Spans::kUsed);
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
  *link = nullptr;
  return list.head != nullptr;
}

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

// --- Spans without objects. ---

Span* Cache::new_span(Context& context, std::uint64_t npages, std::uint64_t alignment) {
  if (alignment <= port::kPageSize) {
    if (Span* const span = stock_.take(npages); span != nullptr) return span;
  }
  return context.pages->allocate(npages, pages::PageUse::kObjects, alignment);
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

// --- Objects from spans, one by one. ---

void* Cache::allocate_carefully(Context& context, unsigned span_class) {
  ClassCache& state = classes_[span_class];
  Central& central = context.centrals[span_class];
  Span* held = nullptr;
  unsigned index = 0;
  for (;;) {
    if (state.held.count == 0 && !hold_one(context, span_class, Spans::kAny)) return nullptr;
    held = state.held.usable.first();
    index = central.take_object(context, *held);
    if (index != held->object_count) break;
    give_back(context, span_class, held);
  }
  const Span& span = *held;
  if (context.marking.load(std::memory_order_relaxed)) {
    word_of(span.mark_bits, index).fetch_or(mask_of(index), std::memory_order_relaxed);
  }
  {
    const LockGuard guard(lock_, context.os());
    ++state.allocated;
  }
  void* const object = context.platform->pointer(object_at(span, index));
  sample(context, object, span.object_size);
  return object;
}

void* Cache::allocate_large(Context& context, std::size_t size, std::size_t alignment, Scan scan,
                            bool* needs_zero) {
  const std::uint64_t npages = (std::uint64_t{size} + port::kPageSize - 1) / port::kPageSize;
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

void Cache::sample(Context& context, void* object, std::uint64_t size) {
  const std::uint64_t rate = context.profile_rate;
  if (rate == 0) return;
  if (size < rate && static_cast<std::int64_t>(size) < next_sample_) {
    next_sample_ -= static_cast<std::int64_t>(size);
    return;
  }
  const port::PortSpec& spec = context.platform->spec;
  next_sample_ = objects::next_sample(spec.release, spec.goos, rate, random_);
  const Address address = context.platform->address(object);
  Span* const span = context.pages->map().object_span_of(address);
  void* const bucket = context.on_sample != nullptr
                           ? context.on_sample(context.profile_context, object, size)
                           : nullptr;
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  if (context.specials.add_profile(span, address - span->base, bucket)) {
    context.centrals[span_class].free_slowly(context, span);
  } else if (context.on_sample_freed != nullptr) {
    context.on_sample_freed(context.profile_context, bucket);
  }
}

// --- Tiny objects. ---

void* Cache::allocate_tiny(Context& context, std::size_t size) {
  const auto bytes = static_cast<unsigned>(size);
  if (tiny_ != nullptr) {
    const auto alignment =
        static_cast<unsigned>(port::formula::tiny_alignment(context.platform->spec, size));
    const auto offset = static_cast<unsigned>(round_up(tiny_offset_, alignment));
    if (offset + bytes <= port::kTinySize) {
      tiny_block_->fetch_or(tiny_start(offset) | tiny_edge(offset) | tiny_edge(offset + bytes),
                            std::memory_order_relaxed);
      tiny_offset_ = offset + bytes;
      const LockGuard guard(lock_, context.os());
      ++tiny_allocated_;
      return static_cast<char*>(tiny_) + offset;
    }
  }
  void* const base = allocate(context, kTinySpanClass);
  if (base == nullptr) return nullptr;
  {
    const LockGuard guard(lock_, context.os());
    ++tiny_allocated_;
  }
  const Address address = context.platform->address(base);
  Span* const span = context.pages->map().object_span_of(address);
  TinyBlock* const blocks = context.centrals[kTinySpanClass].tiny_blocks(context, span);
  // Without a table it is an object of 16 bytes like others.
  if (blocks == nullptr) return base;
  TinyBlock& block = blocks[index_of(*span, address)];
  // The block with more room left stays open.
  const bool is_opened = tiny_ == nullptr || bytes < tiny_offset_;
  block.store(tiny_start(0) | tiny_edge(bytes) | (is_opened ? kTinyOpen : 0),
              std::memory_order_relaxed);
  if (is_opened) {
    close_tiny(context);
    tiny_ = base;
    tiny_block_ = &block;
    tiny_offset_ = bytes;
  }
  return base;
}

void Cache::close_tiny(Context& context) {
  if (tiny_ == nullptr) return;
  void* const base = tiny_;
  tiny_ = nullptr;
  const std::uint32_t before = tiny_block_->fetch_and(~kTinyOpen, std::memory_order_acq_rel);
  if (is_finished(before & ~kTinyOpen)) finish_tiny(context, *tiny_block_, base);
}

void Cache::free_tiny(Context& context, Span* span, TinyBlock& block, Address base, void* p) {
  const auto offset = static_cast<unsigned>(context.platform->address(p) - base);
  const std::uint32_t before = block.fetch_and(~tiny_start(offset), std::memory_order_acq_rel);
  if ((before & tiny_start(offset)) == 0) {
    context.report(CorruptionKind::kFreeOfTinyBlock, p, span);
    return;
  }
  if (is_finished(before & ~tiny_start(offset))) {
    finish_tiny(context, block, context.platform->pointer(base));
  }
}

// The last of the block's objects is gone: the block itself is freed.
void Cache::finish_tiny(Context& context, TinyBlock& block, void* base) {
  block.store(0, std::memory_order_relaxed);
  put_back(context, kTinySpanClass, base, /*is_own=*/true);
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
    context.specials.remove_all(span, base - span->base, context.on_sample_freed,
                                context.profile_context);
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
  put_back(context, span_class, p, record == 0 || (record & ~kOffsetMask) == own_number_);
}

void Cache::free_large(Context& context, Span* span, void* p) {
  const std::uint64_t bytes = span->bytes();
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  List<Span> empties;
  const std::uint32_t freed =
      context.centrals[span_class].settle(context, {static_cast<FreeObject*>(p), 1}, empties);
  release_spans(context, empties);
  if (freed == 0) return;
  const LockGuard guard(lock_, context.os());
  ++large_freed_;
  large_freed_bytes_ += bytes;
}

bool Cache::gather(Context& context, pages::PageRecord offset, void* p) {
  // Numbers of caches, and kNobody, have none of these bits, and large objects no list.
  const unsigned span_class = (offset & kOffsetMask) / kListStride;
  if (span_class == 0 || number_ == kNobody) return false;
  put_back(context, span_class, p, /*is_own=*/false);
  return true;
}

void Cache::put_back(Context& context, unsigned span_class, void* p, bool is_own) {
  ClassCache& state = classes_[span_class];
  if (is_careful_) {
    List<Span> empties;
    const std::uint32_t freed =
        context.centrals[span_class].settle(context, {static_cast<FreeObject*>(p), 1}, empties);
    release_spans(context, empties);
    const LockGuard guard(lock_, context.os());
    state.freed += freed;
    return;
  }
  if (is_own) {
    if (!push(lists_[span_class], p)) overflow(context, std::size_t{span_class} * kListStride);
    return;
  }
  auto* const object = static_cast<FreeObject*>(p);
  object->next = state.batch;
  state.batch = object;
  if (state.batch_count.increment() >= context.sizes->batch(span_class)) {
    finish_batch(context, span_class, Others::kPassOn);
  }
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

void Cache::finish_batch(Context& context, unsigned span_class, Others others) {
  ClassCache& state = classes_[span_class];
  FreeObject* const first = state.batch;
  if (first == nullptr) return;
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
    } else if (span->taken_count + 1 == span->object_count && mine.held.full.contains(span)) {
      mine.held.full.remove(span);
      mine.held.usable.push_front(span);
    } else if (span->taken_count == span->freed_count.load(std::memory_order_relaxed) &&
               mine.held.has_several_usable()) {
      rejected += central.give_back(context, mine.held, span, empties);
      span = nullptr;
      page = 0;
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

void Cache::overflow(Context& context, std::size_t offset) {
  const auto list = static_cast<unsigned>(offset / kListStride);
  ClassCache& state = classes_[list];
  count(context, list);
  if (state.length <= state.limit) return;
  if (state.gave_back) state.limit = std::max(state.limit / 2, context.sizes->limit(list));
  state.gave_back = true;
  const auto excess = static_cast<std::uint32_t>(state.length - state.limit);
  state.length = state.limit;
  lists_[list].head = settle(context, list, {lists_[list].head, excess}, Others::kPassOn);
}

// What happened to the list since it was counted last. It will be looked at again after as many
// frees as its limit is, or some more where that is few: seldom, if it is emptied as fast as it is
// filled, and at twice its limit, if it is only filled.
void Cache::count(Context& context, unsigned list) {
  FreeList& counted = lists_[list];
  ClassCache& state = classes_[list];
  const std::int32_t allocated = counted.allocated.get();
  const std::int32_t freed = state.granted - counted.room.get();
  if (state.limit == 0) state.limit = context.sizes->limit(list);
  const LockGuard guard(lock_, context.os());
  state.allocated += static_cast<std::uint32_t>(allocated);
  state.freed += static_cast<std::uint32_t>(freed);
  state.length += freed - allocated;
  state.granted = std::max(state.limit, kFewestGranted);
  counted.allocated.set(0);
  counted.room.set(state.granted);
}

void Cache::flush(Context& context) {
  close_tiny(context);
  for (unsigned i = 0; i < context.sizes->num_span_classes(); ++i) {
    ClassCache& state = classes_[i];
    if (state.limit == 0 && state.held.count == 0 && state.batch == nullptr) continue;
    count(context, i);
    const Chain chain{lists_[i].head, static_cast<std::uint32_t>(state.length)};
    (void)settle(context, i, chain, Others::kSettle);
    lists_[i].head = nullptr;
    state.length = 0;
    finish_batch(context, i, Others::kSettle);
    // A span that is given back may make another one usable.
    while (state.held.count != 0) {
      Span* const span =
          state.held.usable.empty() ? state.held.full.first() : state.held.usable.first();
      give_back(context, i, span);
    }
  }
  stock_.flush(*context.pages);
}

void Cache::forget_spans(const Context& context) {
  for (unsigned i = 0; i < context.sizes->num_span_classes(); ++i) {
    std::construct_at(&classes_[i].held);
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

std::uint64_t Cache::cached_count(unsigned span_class) const {
  const ClassCache& state = classes_[span_class];
  std::int32_t count = state.length + state.granted - lists_[span_class].room.read() -
                       lists_[span_class].allocated.read() + state.batch_count.read();
  for (const List<Span>* list : {&state.held.usable, &state.held.full}) {
    for (const Span* span = list->first(); span != nullptr; span = span->next) {
      count += std::popcount(span->alloc_cache) + span->freed_count.load(std::memory_order_relaxed);
    }
  }
  return static_cast<std::uint64_t>(std::max(0, count));
}

}  // namespace Atoll::objects
