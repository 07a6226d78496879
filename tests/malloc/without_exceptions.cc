#include "tests/malloc/without_exceptions.h"

#include <limits>
#include <vector>

#include "src/malloc/atoll.hpp"

namespace Atoll::test {

std::size_t use_without_exceptions(Heap& heap) {
  const std::vector<char, Allocator<char>> characters(1000, 'x', heap);
  MemoryResource resource(heap);
  const std::pmr::vector<char> others(1000, 'x', &resource);
  return static_cast<std::size_t>(heap.statistics().heap_alloc);
}

void exhaust_without_exceptions(Heap& heap) {
  const volatile std::size_t most = std::numeric_limits<std::size_t>::max();
  Allocator<int> allocator(heap);
  static_cast<void>(allocator.allocate(most));
}

std::pmr::memory_resource& resource_without_rtti(Heap& heap) {
  static MemoryResource resource(heap);
  return resource;
}

}  // namespace Atoll::test
