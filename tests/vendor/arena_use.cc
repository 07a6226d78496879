// A C++ program with a vendored copy of Atoll: containers, and a heap of its own.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "atoll.hpp"

namespace {

int check(bool holds, const char* what) {
  if (!holds) std::printf("not so: %s\n", what);
  return holds ? 0 : 1;
}

}  // namespace

int main() {
  int wrong = 0;
  std::vector<int, Atoll::Allocator<int>> numbers;
  for (int i = 0; i < 100'000; ++i) numbers.push_back(i);
  wrong += check(numbers.back() == 99'999, "a vector keeps its elements");
  wrong += check(Atoll::process_heap()->usable_size(numbers.data()) >= 400'000,
                 "a vector's elements are in the process's heap");

  Atoll::Heap heap;
  wrong += check(heap.init(Atoll::os::native()).view().empty(), "a heap begins");
  void* const object = heap.allocate(100);
  wrong += check(heap.usable_size(object) >= 100, "an object has its size");
  heap.free(object);
  wrong += check(heap.statistics().heap_objects == 0, "a heap counts its objects");
  return wrong;
}
