// Allocates and frees stacks.

#include "src/heap/heap.h"

namespace Atoll {

StackMemory Heap::stack_allocate(std::size_t size) {
  if (!state_.has_value()) return {};
  // Without a cache the stack comes from the pool.
  const CacheUse cache(*this);
  if (!cache && (cache.is_inner() || is_abandoned())) return {};
  void* const base = state_->stacks.allocate(cache.stacks(), size);
  return base == nullptr ? StackMemory{} : StackMemory{base, size};
}

void Heap::stack_free(StackMemory stack) {
  if (stack.base == nullptr) return;
  const CacheUse cache(*this);
  // The stack of an inner call is lost.
  if (!cache && (cache.is_inner() || is_abandoned())) return;
  if (state_->stacks.free(cache.stacks(), stack.base, stack.size) != stacks::StackFree::kOk) {
    state_->objects.report(CorruptionKind::kBadStackFree, stack.base,
                           state_->pages.map().span_of(platform().address(stack.base)));
  }
}

}  // namespace Atoll
