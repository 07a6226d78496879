#include "src/heap/entry.h"

#include "src/heap/heap.h"

namespace Atoll {

constinit ATOLL_THREAD_LOCAL Entry* innermost_entry = nullptr;

Entry* Entry::inside(const Heap& heap) {
  Entry* entry = innermost();
  while (entry != nullptr && (!entry->is_inside_ || &entry->heap_ != &heap)) entry = entry->outer_;
  return entry;
}

void Entry::put_aside(const Heap& heap, void* object) {
  Entry* const entry = inside(heap);
  auto* const freed = static_cast<objects::FreeObject*>(object);
  freed->next = entry->aside_;
  entry->aside_ = freed;
}

// Freeing may put more objects aside. They go to the outermost entry, which frees them in a loop,
// so the stack does not grow.
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
