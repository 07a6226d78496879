#include <fstream>
#include <iostream>
#include <iterator>

#include "examples/runtime/runtime.h"

int main(int argc, char** argv) {
  const bool has_stats = argc > 1 && std::string_view(argv[1]) == "--stats";
  const int first = has_stats ? 2 : 1;
  if (argc > first + 1 || (argc > first && argv[first][0] == '-')) {
    std::cerr << "usage: runtime [--stats] [program]\n";
    return 2;
  }
  std::string program(Lisp::kProgram);
  if (argc > first) {
    std::ifstream file(argv[first]);
    program.assign(std::istreambuf_iterator<char>(file), {});
    if (!file.is_open()) {
      std::cerr << "cannot read " << argv[first] << '\n';
      return 1;
    }
  }
  static Atoll::Heap heap;
  if (const Atoll::Line why = heap.init(Atoll::os::native()); !why.view().empty()) {
    std::cerr << why.view() << '\n';
    return 1;
  }
  Lisp::Runtime lisp(heap, [](std::string_view text) { std::cout << text; });
  const bool done = lisp.run(program);
  if (!done) std::cerr << "error: " << lisp.error() << '\n';
  if (has_stats) {
    const Atoll::Statistics s = heap.statistics();
    std::cout << "mallocs " << s.mallocs << "\nfrees " << s.frees << "\ntotal_alloc "
              << s.total_alloc << "\nheap_sys " << s.heap_sys << "\nheap_in_use " << s.heap_in_use
              << "\ncollections " << lisp.collections() << '\n';
  }
  return done ? 0 : 1;
}
