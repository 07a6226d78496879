// A standard allocator over any heap, for containers whose heap the program chooses.
//
//   Atoll::Heap heap;
//   ...
//   std::vector<int, Atoll::Allocator<int>> numbers(heap);
//   std::vector<int, Atoll::Allocator<int>> others;  // from the process's heap
//
// Without memory, or for a number of objects whose size does not fit into a std::size_t, allocate()
// throws std::bad_alloc (src/malloc/out_of_memory.h has the rest). Memory is not zeroed. It has T's
// alignment, however large. Calls are as thread safe as the heap's: any thread may call any copy.
// The heap must outlive the objects, or be destroyed as a whole and never used again.
//
// Copies and rebound copies use the same heap, and allocators are equal if they have the same heap.
// Copy assignment to a container does not change its heap. Move assignment and swap hand over the
// heap together with the elements, so that they copy no element.
//
// To a collector (Heap::begin_mark) such memory has no pointers.
#pragma once

#include <cstddef>
#include <limits>
#include <type_traits>

#include "src/heap/heap.h"
#include "src/malloc/out_of_memory.h"
#include "src/malloc/process_heap.h"

namespace Atoll::inline ATOLL_OUT_OF_MEMORY {

template <typename T>
class Allocator {
 public:
  using value_type = T;
  using is_always_equal = std::false_type;
  using propagate_on_container_copy_assignment = std::false_type;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  // The process's heap. If there is none, allocate() has no memory.
  Allocator() noexcept : heap_(process_heap()) {}
  Allocator(Heap& heap) noexcept : heap_(&heap) {}  // NOLINT(google-explicit-constructor)
  template <typename U>
  Allocator(const Allocator<U>& other) noexcept  // NOLINT(google-explicit-constructor)
      : heap_(other.heap()) {}

  // Never null.
  [[nodiscard]] T* allocate(std::size_t count) {
    constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max() / sizeof(T);
    if (count <= kMost && heap_ != nullptr) [[likely]] {
      if (void* const p = ask(count * sizeof(T)); p != nullptr) return static_cast<T*>(p);
    }
    fail_for_no_memory("allocator", std::uint64_t{count} * sizeof(T));
  }

  // `p` is from allocate() of an equal allocator.
  void deallocate(T* p, std::size_t /*count*/) noexcept { heap_->free(p); }

  // Null: there is none.
  Heap* heap() const noexcept { return heap_; }

  template <typename U>
  bool operator==(const Allocator<U>& other) const noexcept {
    return heap_ == other.heap();
  }

 private:
  void* ask(std::size_t size) {
    // The size is a multiple of the alignment, and up to 8 even tiny objects are aligned to that.
    if constexpr (alignof(T) <= 8) return heap_->allocate(size);
    return heap_->allocate_aligned(size, alignof(T));
  }

  Heap* heap_;
};

}  // namespace Atoll::inline ATOLL_OUT_OF_MEMORY
