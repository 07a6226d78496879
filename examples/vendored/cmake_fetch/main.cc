// A heap over two memories: the fast one serves first, the slow one when that is full.
#include <atoll_fixed.hpp>
#include <cstdio>

alignas(8) static unsigned char fast[8 << 10];
alignas(8) static unsigned char slow[64 << 10];

static bool is_fast(const void* block) {
  return block >= static_cast<void*>(fast) && block < static_cast<void*>(fast + sizeof fast);
}

int main() {
  Atoll::FixedHeap* const heap = Atoll::FixedHeap::make(fast, sizeof fast);
  const char* const why = heap->add(slow, sizeof slow);
  if (why != nullptr) return 1;
  int in_fast = 0;
  int in_slow = 0;
  while (void* const node = heap->allocate(40)) ++(is_fast(node) ? in_fast : in_slow);
  std::printf("%d nodes in fast memory, %d in slow memory\n", in_fast, in_slow);
  return in_fast > 150 && in_slow > 1500 ? 0 : 1;
}
