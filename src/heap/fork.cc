// A process that forks has one thread in the child. A lock that another thread held at that moment
// would be held for ever there, and what it guards might be half changed.
//
// So it is at the end of a process where the system ends the other threads first (Windows),
// wherever they are. That can only be found out afterwards.

#include "src/heap/heap.h"

namespace Atoll {

// In the order of src/README.md.
template <typename Visit>
void Heap::visit_locks(const Visit& visit) {
  State& state = *state_;
  os::Os& os = state.platform.os;
  for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
    visit(cache->objects.lock(), os);
  }
  for (objects::Central& central : state.objects.centrals) visit(central.lock(), os);
  state.stacks.visit_locks([&](Mutex& lock) { visit(lock, os); });
  visit(state.objects.specials.lock(), os);
  visit(state.objects.tiny_tables.lock(), os);
  visit(state.pages.lock(), os);
  visit(state.memory.lock(), os);
}

void Heap::before_fork() {
  if (!state_.has_value()) return;
  State& state = *state_;
  state.closed_lock.lock(state.platform.os);
  state.lock.lock(state.platform.os);
  visit_locks([](Mutex& lock, os::Os& os) { lock.lock(os); });
}

void Heap::after_fork_in_parent() {
  if (state_.has_value()) unlock_all();
}

void Heap::after_fork_in_child() {
  if (!state_.has_value()) return;
  unlock_all();
  State& state = *state_;
  const auto is_gone = [&](const ThreadCache* cache) {
    return cache != thread_caches()[slot_] && cache != state.closed;
  };
  for (std::uint64_t i = 0; i < state.pages.span_count(); ++i) {
    pages::Span* const span = state.pages.span(i);
    if (!span->has_objects.load(std::memory_order_relaxed)) continue;
    const ThreadCache* const cache = holder_of(*span);
    if (cache != nullptr && is_gone(cache)) central_of(*span).abandon(state.objects, span);
  }
  for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
    if (is_gone(cache)) cache->objects.forget_spans(state.objects);
  }
}

void Heap::unlock_all() {
  State& state = *state_;
  visit_locks([](Mutex& lock, os::Os& os) { lock.unlock(os); });
  state.lock.unlock(state.platform.os);
  state.closed_lock.unlock(state.platform.os);
}

// --- The end of a process. ---

// No other thread is left, so a lock that is held stays held, and one that is free is not missed.
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
  // The list of caches is whole if nobody held its lock.
  if (is_held(state.closed_lock, state.platform.os)) return true;
  if (is_held(state.lock, state.platform.os)) return true;
  bool found = false;
  visit_locks([&](Mutex& lock, os::Os& os) { found = found || is_held(lock, os); });
  return found;
}

}  // namespace Atoll
