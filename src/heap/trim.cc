// Returns free memory to the system.

#include "src/heap/heap.h"

namespace Atoll {

// Gives the page heap what is free in this thread's cache, if it has one, and in the central lists.
// The caller is inside of the heap.
void Heap::give_back_own(ThreadCache* own) {
  if (own != &no_cache) flush(*own);
  settle_chains();
}

// Gives the page heap the freed large objects of all caches.
[[gnu::cold]] void Heap::give_back_large() {
  objects::Surplus surplus(state_->objects);
  const LockGuard guard(state_->lock, state_->platform.os);
  give_back_large(surplus);
}

[[gnu::cold]] void Heap::give_back_large(objects::Surplus& surplus) {
  State& state = *state_;
  for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
    cache->objects.give_back_large(state.objects, surplus);
  }
}

// Gives the page heap what is free in all caches, except for the objects on lists, and in the
// central lists.
[[gnu::cold]] void Heap::give_back_unused() {
  State& state = *state_;
  settle_chains();
  objects::Surplus surplus(state.objects);
  const LockGuard guard(state.lock, state.platform.os);
  for_each_cache([&](objects::Cache& cache) {
    cache.give_back_free(state.objects, surplus);
    cache.give_back_large(state.objects, surplus);
  });
}

std::uint64_t Heap::scavenge(std::uint64_t age_nanoseconds) {
  if (!state_.has_value() || is_abandoned()) return 0;
  const Entry entry(*this);
  if (entry.is_inner()) return 0;
  give_back_own(entry.cache());
  return state_->pages.scavenge_older_than(age_nanoseconds);
}

std::uint64_t Heap::trim() {
  if (!state_.has_value() || is_abandoned()) return 0;
  const Entry entry(*this);
  if (entry.is_inner()) return 0;
  State& state = *state_;
  adopt_all();
  give_back_own(entry.cache());
  give_back_unused();
  std::uint64_t bytes = state.pages.scavenge_older_than(0);
  const os::Machine& machine = state.platform.machine;
  // On other systems the heap might not get the pages of a span in use back.
  if (machine.can_shrink && machine.lazy_commit) {
    bytes += objects::Central::release_free_pages(state.objects);
  }
  return bytes;
}

}  // namespace Atoll
