// A heap beside malloc().
#include <cstdio>

#include "os/os.h"
#include "src/heap/heap.h"

int main() {
  static Atoll::Heap heap;
  if (const Atoll::Line why = heap.init(Atoll::os::native()); !why.view().empty()) return 1;
  void* const object = heap.allocate(100);
  if (object == nullptr) return 1;
  std::printf("an object of %zu bytes at %p\n", heap.find_object(object).size, object);
  heap.free(object);
  return 0;
}
