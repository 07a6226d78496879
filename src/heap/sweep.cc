// Sweeps span by span.

#include "src/heap/heap.h"

namespace Atoll {

bool Heap::sweep_one() {
  if (!state_.has_value()) return false;
  State& state = *state_;
  const Entry entry(*this);
  if (entry.is_inner()) return false;
  for (;;) {
    unsigned i = 0;
    {
      const LockGuard guard(state.lock, state.platform.os);
      i = state.next_swept;
    }
    if (i >= sizes_.num_span_classes()) return false;
    if (state.objects.centrals[i].sweep_one(state.objects)) return true;
    const LockGuard guard(state.lock, state.platform.os);
    if (state.next_swept == i) ++state.next_swept;
  }
}

void Heap::sweep_all() {
  while (sweep_one()) {
  }
}

}  // namespace Atoll
