#include "src/heap/heap.h"

#include <new>
#include <optional>

#include "src/heap/init_checks.h"

namespace Atoll {
namespace {

bool is_empty(const Line& line) { return line.view().empty(); }

Line out_of_memory() {
  Line line;
  line << "out of memory";
  return line;
}

}  // namespace

[[gnu::cold]] Line Heap::init(os::Os& os, const HeapOptions& options) {
  destroy();
  const unsigned slot = options.is_process_heap ? take_process_heap_slot() : take_heap_slot();
  if (slot == kNoHeapSlot) {
    Line line;
    if (options.is_process_heap) return line << "the process has its heap already";
    return line << "too many heaps: " << std::uint64_t{kHeapSlots} << " live already";
  }
  slot_ = slot;
  Line why;
  {
    Entry entry(*this);
    state_.emplace(os, options);
    why = start(entry);
  }
  if (!is_empty(why)) {
    release_all();
    forget_state();
    return why;
  }
  // The system may call malloc() here, and this may be the heap that serves it.
  watch_thread_end(os);
  return why;
}

// stackinit, mallocinit with mheap.init, and the first allocmcache.
[[gnu::cold]] Line Heap::start(Entry& entry) {
  State& state = *state_;
  const port::PortSpec& spec = state.platform.spec;
  const std::optional<Line> wrong = check_initialisation(spec, port::size_classes(spec.release),
                                                         state.platform.os, state.platform.machine);
  if (wrong) return *wrong;

  state.random.state = state.platform.os.random_seed();
  HeapOptions& options = state.options;
  if (options.random_hints && port::can_randomize(spec)) {
    options.pages.hints.random_seed = state.random.next();
  }
  sizes_.init(spec, options.objects);
  state.memory.init(state.platform, state.counters, geometry_of(spec, options.pages.is_sparing));
  if (!state.pages.init(state.platform, state.memory, &state.counters, options.pages)) {
    return out_of_memory();
  }
  // The constructors of these make all bytes zero, as the memory is, so only what the heap uses of
  // them becomes resident.
  auto* const centrals =
      state.memory.alloc_array<objects::Central>(objects::kMaxSpanClasses, MemoryKind::kOther);
  if (centrals == nullptr) return out_of_memory();
  state.cache_records.init(state.memory, spec.release, sizeof(CacheRecord), MemoryKind::kCaches,
                           nullptr, nullptr, FixedAlloc::Zero::kNo);
  state.cache_locks.init(state.memory, spec.release, sizeof(CacheLock), MemoryKind::kOther);
  objects::ObjectHeap& object_heap = state.objects;
  object_heap.platform = &state.platform;
  object_heap.pages = &state.pages;
  object_heap.sizes = &sizes_;
  object_heap.centrals = objects::BySpanClass(centrals);
  object_heap.options = options.objects;
  object_heap.adopt_function = [](void* owner, unsigned span_class,
                                  objects::ObjectHeap::Orphans whose) {
    return static_cast<Heap*>(owner)->adopt(span_class, whose);
  };
  object_heap.give_back_large_function = [](void* owner) {
    static_cast<Heap*>(owner)->give_back_large();
  };
  object_heap.give_back_unused_function = [](void* owner) {
    static_cast<Heap*>(owner)->give_back_unused();
  };
  object_heap.inside_function = [](void* owner, objects::Cache& its_cache, unsigned list,
                                   objects::ObjectHeap::Work work) {
    auto& its_heap = *static_cast<Heap*>(owner);
    const Entry inside(its_heap);
    work(its_cache, its_heap.state_->objects, list);
  };
  object_heap.owner = this;
  object_heap.specials.init(state.platform, state.memory);
  object_heap.tiny_tables.init(state.platform, state.memory);
  state.stacks.init(state.platform, state.pages);

  ThreadCache* const cache = new_cache(&thread_caches()[slot_]);
  if (cache == nullptr) return out_of_memory();
  entry.set_cache(cache);
  state.pages.init_arenas();
  return {};
}

[[gnu::cold]] void Heap::release_all() {
  State& state = *state_;
  for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
    if (cache->slot != nullptr) *cache->slot = const_cast<ThreadCache*>(&no_cache);
  }
  state.pages.release_all();
  state.memory.release_all();
}

void Heap::destroy() {
  if (!state_.has_value()) return;
  if (is_abandoned()) {
    // The system takes the heap's memory with the process.
    thread_caches()[slot_] = const_cast<ThreadCache*>(&no_cache);
  } else {
    release_all();
  }
  forget_state();
}

[[gnu::cold]] void Heap::forget_state() {
  give_heap_slot(slot_);
  slot_ = kNoHeapSlot;
  state_.reset();
}

// --- Threads. ---

void Heap::CacheUse::find_cache() {
  if (is_inner() || heap_.is_abandoned()) return;
  if (!of_this_thread(thread_has_ended)) {
    cache_ = heap_.attach(entry_);
    return;
  }
  State& state = *heap_.state_;
  state.closed_lock.lock(state.platform.os);
  is_shared_ = true;
  if (state.closed == nullptr) state.closed = heap_.new_cache(nullptr);
  cache_ = state.closed;
}

void Heap::CacheUse::let_go() { heap_.state_->closed_lock.unlock(heap_.state_->platform.os); }

// `slot` is where its thread will find the cache after it has left the heap; null if no thread owns
// the cache.
[[gnu::cold]] ThreadCache* Heap::new_cache(ThreadCache** slot) {
  State& state = *state_;
  objects::Surplus surplus(state.objects);
  const LockGuard guard(state.lock, state.platform.os);
  void* const lock_record = state.cache_locks.alloc();
  if (lock_record == nullptr) return nullptr;
  void* const record = state.cache_records.alloc();
  if (record == nullptr) {
    state.cache_locks.free(lock_record);
    return nullptr;
  }
  auto* const lock = ::new (lock_record) CacheLock;
  auto* const cache = ::new (record) ThreadCache;
  cache->objects.init(state.objects, static_cast<CacheRecord*>(record)->classes, lock->mutex,
                      new_number(), state.random.next());
  cache->heap = this;
  cache->slot = slot;
  cache->age = ++state.caches_made;
  state.objects.set_cache_count(++state.cache_count);
  state.caches.push_back(cache);
  if (state.objects.is_large_due(state.cache_count)) {
    give_back_large(surplus);
    state.objects.fewest_caches = state.cache_count;
  }
  return cache;
}

ThreadCache* Heap::attach(Entry& entry) {
  ThreadCache* const cache = new_cache(&thread_caches()[slot_]);
  if (cache == nullptr) return nullptr;
  entry.set_cache(cache);
  // The system may hold a lock of its own during this call, and also while it runs the exit
  // function of a thread, which then waits for this heap's locks. It may also allocate memory, and
  // keep it.
  entry.step_out([this] { watch_thread_end(state_->platform.os); });
  return cache;
}

[[gnu::cold]] void Heap::detach(ThreadCache* cache) {
  State& state = *state_;
  Entry entry(*this);
  flush(*cache);
  entry.set_cache(const_cast<ThreadCache*>(&no_cache));
  const LockGuard guard(state.lock, state.platform.os);
  state.caches.remove(cache);
  cache->objects.add_freed(state.retired);
  cache->objects.add_allocated(state.retired);
  cache->objects.clear_classes();
  state.objects.set_cache_count(--state.cache_count);
  state.cache_locks.free(&cache->objects.lock());  // a CacheLock begins with its mutex
  state.cache_records.free(cache);
}

const ThreadCache* Heap::holder_of(const pages::Span& span) const {
  const objects::HeldSpans* const holder = span.holder.load(std::memory_order_relaxed);
  if (holder == nullptr) return nullptr;
  const ThreadCache* cache = state_->caches.first();
  while (cache != nullptr && !cache->objects.holds_by(holder)) cache = cache->next;
  return cache;
}

void Heap::flush(ThreadCache& cache) {
  cache.objects.flush(state_->objects);
  if (state_->stacks.flush(cache.stacks) != stacks::StackFree::kOk) {
    state_->objects.report(CorruptionKind::kBadStackFree, nullptr, nullptr);
  }
}

void Heap::flush_thread() {
  if (!state_.has_value() || is_inner() || is_abandoned()) return;
  ThreadCache* const cache = thread_caches()[slot_];
  if (cache != &no_cache) detach(cache);
  const Entry entry(*this);
  settle_chains();
}

void Heap::check_thread() {
  const Entry entry(*this);
  if (entry.is_inner() || entry.cache() == &no_cache) return;
  entry.cache()->objects.check_lists(state_->objects);
}

void Heap::settle_chains() {
  for (objects::Central& central : state_->objects.centrals) {
    central.free_kept_chains(state_->objects);
  }
}

pages::CacheNumber Heap::new_number() {
  State& state = *state_;
  state.last_number = state.last_number.next();
  return state.last_number;
}

}  // namespace Atoll
