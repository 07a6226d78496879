// The mark phase.

#include "src/heap/heap.h"
#include "src/objects/span_objects.h"

namespace Atoll {

void Heap::begin_mark() {
  if (!state_.has_value()) return;
  State& state = *state_;
  sweep_all();
  state.stacks.set_collecting(true);
  state.objects.marking.store(true, std::memory_order_relaxed);
  state.objects.may_have_marks = true;
  {
    const Entry entry(*this);
    adopt_all();
    for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
      if (is_orphan(*cache)) {
        cache->objects.forget_lists();
      } else {
        cache->objects.flush(state.objects);
        cache->objects.set_careful(true);
      }
    }
    settle_chains();
  }
  // An object with a due finalizer lives until the finalizer has run.
  state.objects.specials.for_each_due(
      [](void* heap, void* object) { (void)static_cast<Heap*>(heap)->mark(object); }, this);
}

Object Heap::mark(const void* p) {
  if (!state_.has_value() || is_inner()) return {};
  const LockGuard guard(state_->pages.lock(), state_->platform.os);
  std::uint64_t index = 0;
  const pages::Span* const span = find_span(p, &index);
  if (span == nullptr) return {};
  const objects::BitWord mask = objects::mask_of(index);
  std::atomic<objects::BitWord>& word = objects::word_of(span->mark_bits, index);
  if ((word.fetch_or(mask, std::memory_order_relaxed) & mask) != 0) return {};
  return object_of(*span, index);
}

void Heap::end_mark() {
  if (!state_.has_value()) return;
  State& state = *state_;
  const Entry entry(*this);
  state.objects.marking.store(false, std::memory_order_relaxed);
  // With new numbers, frees no longer trust page records with the old ones: they take a slower
  // path, which sweeps the span first.
  for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
    if (is_orphan(*cache)) continue;
    cache->objects.flush(state.objects);
    cache->objects.set_number(new_number());
    cache->objects.set_careful(state.objects.is_careful());
  }
  state.objects.sweep_generation.fetch_add(1, std::memory_order_relaxed);
  objects::Central::mark_withheld(state.objects);
  for (objects::Central& central : state.objects.centrals) central.begin_sweep();
  state.next_swept = 0;
  state.stacks.set_collecting(false);
}

}  // namespace Atoll
