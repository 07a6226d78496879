// In the child of a fork a process has only one thread. A lock that another thread held at the fork
// would be held for ever there, and the state that it guards might be half changed.
//
// The same happens at the end of a process if the system ends the other threads first (Windows),
// wherever they are. The heap can find that out only afterwards.

#include <algorithm>
#include <new>

#include "src/heap/heap.h"

namespace Atoll {

// In the order of src/README.md.
template <typename Visit>
void Heap::visit_locks(const Visit& visit) {
  State& state = *state_;
  os::Os& os = state.platform.os;
  for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
    if (!is_orphan(*cache) && cache != state.interrupted) visit(cache->objects.lock(), os);
  }
  for (objects::Central& central : state.objects.centrals) visit(central.lock(), os);
  state.stacks.visit_locks([&](Mutex& lock) { visit(lock, os); });
  visit(state.objects.specials.lock(), os);
  visit(state.objects.tiny_tables.lock(), os);
  visit(state.pages.lock(), os);
  visit(state.memory.lock(), os);
}

Entry* Heap::fork_entry() const {
  return const_cast<Entry*>(reinterpret_cast<const Entry*>(&state_->fork_entry));
}

bool Heap::is_forking() const {
  return state_.has_value() && Entry::innermost() == fork_entry() && state_->inner_forks == 0;
}

bool Heap::before_fork() {
  if (!state_.has_value()) return false;
  State& state = *state_;
  if (is_inner()) {
    // A signal handler forks while its thread is forking.
    if (Entry::innermost() == fork_entry()) ++state.inner_forks;
    return false;
  }
  state.fork_lock.lock(state.platform.os);
  ::new (fork_entry()) Entry(*this);
  state.closed_lock.lock(state.platform.os);
  state.lock.lock(state.platform.os);
  // A thread counts its cache's lists under the cache's lock without being inside of the heap, and
  // a signal handler that forks may interrupt it there. Other threads take the cache's lock only
  // while they hold `lock`, which this thread holds now. So if it is taken, this thread has it.
  ThreadCache* const own = fork_entry()->cache();
  state.interrupted = nullptr;
  if (own != &no_cache) {
    if (own->objects.lock().try_lock()) {
      own->objects.lock().unlock(state.platform.os);
    } else {
      state.interrupted = own;
    }
  }
  visit_locks([](Mutex& lock, os::Os& os) { lock.lock(os); });
  return true;
}

// Whether before_fork() of this fork took no locks, because it was an inner call.
bool Heap::was_inner_fork() {
  if (!state_.has_value() || Entry::innermost() != fork_entry()) return true;
  if (state_->inner_forks == 0) return false;
  --state_->inner_forks;
  return true;
}

void Heap::after_fork_in_parent() {
  if (was_inner_fork()) return;
  unlock_all();
  leave_fork();
}

// The other threads' caches still hold spans, in a consistent state, because this thread held their
// locks. Most children do not need these spans, so the child gives back those of a class only when
// it uses that class. Until then it writes only to the limits of long lists: a page that it writes
// to is copied.
void Heap::after_fork_in_child() {
  if (was_inner_fork()) return;
  State& state = *state_;
  const ThreadCache* const own = fork_entry()->cache();
  state.orphan_age = state.caches_made;
  state.survivor_ages = {own->age, state.closed != nullptr ? state.closed->age : 0};
  unlock_all();
  adopt_later();
  leave_fork();
}

void Heap::adopt_later() {
  State& state = *state_;
  bool has_orphans = false;
  state.cache_count = 0;
  for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
    if (!is_orphan(*cache)) {
      ++state.cache_count;
      continue;
    }
    has_orphans = true;
    cache->objects.forget_limits(state.objects);
  }
  state.objects.set_cache_count(state.cache_count);
  if (!has_orphans) return;
  state.orphaned_classes = sizes_.num_span_classes();
  std::fill_n(state.is_orphaned.begin(), state.orphaned_classes, true);
  state.last_adopted.fill(nullptr);
  state.objects.has_orphans.store(true, std::memory_order_relaxed);
}

bool Heap::is_orphan(const ThreadCache& cache) const {
  const State& state = *state_;
  return cache.age <= state.orphan_age && cache.age != state.survivor_ages[0] &&
         cache.age != state.survivor_ages[1];
}

void Heap::adopt_all() {
  for (unsigned i = 0; i < sizes_.num_span_classes(); ++i) state_->objects.adopt_all(i);
}

bool Heap::adopt(unsigned span_class, objects::ObjectHeap::Orphans whose) {
  State& state = *state_;
  const bool all = whose == objects::ObjectHeap::Orphans::kAll;
  objects::Surplus surplus(state.objects);
  const LockGuard guard(state.lock, state.platform.os);
  if (!state.is_orphaned[span_class]) return false;
  const ThreadCache*& last = state.last_adopted[span_class];
  ThreadCache* cache = last != nullptr ? last->next : state.caches.first();
  for (; cache != nullptr; cache = cache->next) {
    if (!is_orphan(*cache)) continue;
    if (all) {
      cache->objects.give_back_stock(surplus);
      cache->objects.give_back_all_large(state.objects, surplus);
    }
    if (!cache->objects.holds_spans(span_class)) continue;
    cache->objects.give_back_held(state.objects, span_class, surplus);
    last = cache;
    if (!all) return true;
  }
  state.is_orphaned[span_class] = false;
  if (--state.orphaned_classes == 0) {
    state.objects.has_orphans.store(false, std::memory_order_relaxed);
  }
  return false;
}

void Heap::leave_fork() {
  state_->interrupted = nullptr;
  fork_entry()->~Entry();
  state_->fork_lock.unlock(state_->platform.os);
}

void Heap::unlock_all() {
  State& state = *state_;
  visit_locks([](Mutex& lock, os::Os& os) { lock.unlock(os); });
  state.lock.unlock(state.platform.os);
  state.closed_lock.unlock(state.platform.os);
}

// --- The end of a process. ---

// No other thread is left, so a held lock stays held, and nobody will want a free one.
bool Heap::was_abandoned() {
  State& state = *state_;
  if (!state.was_abandoned.has_value()) state.was_abandoned = has_lock_held();
  return *state.was_abandoned;
}

bool Heap::has_lock_held() {
  State& state = *state_;
  const auto is_held = [](Mutex& lock, os::Os& os) {
    if (!lock.try_lock()) return true;
    lock.unlock(os);
    return false;
  };
  // The list of caches is intact if nobody held its lock.
  if (is_held(state.closed_lock, state.platform.os)) return true;
  if (is_held(state.lock, state.platform.os)) return true;
  bool found = false;
  visit_locks([&](Mutex& lock, os::Os& os) { found = found || is_held(lock, os); });
  return found;
}

}  // namespace Atoll
