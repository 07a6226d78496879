// A memory resource over any heap, for the containers of std::pmr. It needs a whole C++ library.
//
//   Atoll::MemoryResource resource(heap);  // without a heap: the process's
//   std::pmr::vector<int> numbers(&resource);
//   std::pmr::set_default_resource(&resource);
//
// Without memory it throws std::bad_alloc (src/malloc/out_of_memory.h has the rest). Memory is not
// zeroed. It serves every alignment, and any thread may call it. Resources over the same heap are
// equal, so one frees what another has allocated; in code that is compiled without RTTI a resource
// is equal only to itself.
//
// The resource and its heap must outlive the objects. The heap may also be destroyed as a whole, if
// its containers are never touched again.
#pragma once

#include <cstddef>
#include <memory_resource>

#include "src/heap/heap.h"
#include "src/malloc/out_of_memory.h"
#include "src/malloc/process_heap.h"

#if defined(__cpp_rtti)
#define ATOLL_RTTI with_rtti
#else
#define ATOLL_RTTI without_rtti
#endif

namespace Atoll::inline ATOLL_OUT_OF_MEMORY::inline ATOLL_RTTI {

class MemoryResource : public std::pmr::memory_resource {
 public:
  // The process's heap. If there is none, the resource has no memory.
  MemoryResource() noexcept : heap_(process_heap()) {}
  explicit MemoryResource(Heap& heap) noexcept : heap_(&heap) {}

  // Null: there is none.
  Heap* heap() const noexcept { return heap_; }

 private:
  void* do_allocate(std::size_t size, std::size_t alignment) override {
    void* p = nullptr;
    if (heap_ != nullptr) p = heap_->allocate_aligned(size, alignment);
    if (p == nullptr) fail_for_no_memory("memory resource", size);
    return p;
  }

  void do_deallocate(void* p, std::size_t /*size*/, std::size_t /*alignment*/) override {
    heap_->free(p);
  }

  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
#if defined(__cpp_rtti)
    const auto* const same_kind = dynamic_cast<const MemoryResource*>(&other);
    return same_kind != nullptr && same_kind->heap_ == heap_;
#else
    return this == &other;
#endif
  }

  Heap* heap_;
};

}  // namespace Atoll::inline ATOLL_OUT_OF_MEMORY::inline ATOLL_RTTI
