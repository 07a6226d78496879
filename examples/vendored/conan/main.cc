// How many blocks of 24 bytes 64 KiB have room for.
#include <atoll_fixed.hpp>
#include <cstdio>

alignas(8) static unsigned char memory[64 << 10];

int main() {
  Atoll::FixedHeap* const heap = Atoll::FixedHeap::make(memory, sizeof memory);
  int count = 0;
  while (heap->allocate(24) != nullptr) ++count;
  std::printf("%d blocks\n", count);
  return count < 2600;
}
