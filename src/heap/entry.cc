#include "src/heap/entry.h"

#include "src/heap/heap.h"

namespace Atoll {

constinit ATOLL_THREAD_LOCAL Entry* innermost_entry = nullptr;

Entry* Entry::inside(const Heap& heap) {
  Entry* entry = innermost();
  while (entry != nullptr && (!entry->is_inside_ || &entry->heap_ != &heap)) entry = entry->outer_;
  return entry;
}

Entry::Entry(Heap& heap)
    : heap_(heap),
      slot_(thread_caches()[heap.slot_]),
      cache_(slot_),
      is_inner_(inside(heap) != nullptr) {
  if (is_inner_) return;
  outer_ = innermost();
  of_this_thread(innermost_entry) = this;
  enter();
}

Entry::~Entry() {
  if (is_inner_) return;
  leave();
  if (aside_ != nullptr) [[unlikely]]
    free_aside();
  of_this_thread(innermost_entry) = outer_;
}

// A signal handler of this thread must see what was written before, and nothing of what comes
// after.
void Entry::enter() {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  slot_ = const_cast<ThreadCache*>(&no_cache);
  is_inside_ = true;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

void Entry::leave() {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  is_inside_ = false;
  slot_ = cache_;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

void Entry::put_aside(const Heap& heap, void* object) {
  Entry* const entry = inside(heap);
  auto* const freed = static_cast<objects::FreeObject*>(object);
  freed->next = entry->aside_;
  entry->aside_ = freed;
}

// Freeing may put more aside. That comes to the outermost entry, which frees it in turn: so the
// stack does not grow with it.
[[gnu::cold]] void Entry::free_aside() {
  Entry* outermost = this;
  for (Entry* entry = outer_; entry != nullptr; entry = entry->outer_) {
    if (&entry->heap_ == &heap_) outermost = entry;
  }
  while (aside_ != nullptr) {
    objects::FreeObject* const freed = aside_;
    aside_ = freed->next;
    if (outermost != this) {
      freed->next = outermost->aside_;
      outermost->aside_ = freed;
    } else {
      heap_.free(freed);
    }
  }
}

}  // namespace Atoll
