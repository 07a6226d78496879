#include <cstdlib>
#include <iostream>
#include <iterator>
#include <new>

#include "examples/containers/words.h"

int main(int argc, char** argv) {
  const std::size_t most = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10;
  if (argc > 2 || most == 0) {
    std::cerr << "usage: containers [number of words] < text\n";
    return 2;
  }
  Atoll::Heap heap;
  if (const Atoll::Line why = heap.init(Atoll::os::native()); !why.view().empty()) {
    std::cerr << why.view() << '\n';
    return 1;
  }
  // The index itself lies in its heap and goes with it, so the words need not be freed one by one.
  void* const place = heap.allocate_aligned(sizeof(Words::Index), alignof(Words::Index));
  if (place == nullptr) return 1;
  auto* const index = ::new (place) Words::Index(heap);
  index->add(std::string(std::istreambuf_iterator<char>(std::cin), {}));

  Atoll::MemoryResource process_heap;
  for (const Words::Count& word : index->most_frequent(most, process_heap)) {
    std::cout << word.count << '\t' << word.word << '\n';
  }
  const Atoll::Statistics s = heap.statistics();
  std::cout << s.heap_objects << " objects, " << s.heap_alloc << " bytes\n";
  heap.destroy();
}
