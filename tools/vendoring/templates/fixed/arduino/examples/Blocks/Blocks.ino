// Makes a heap in an array, and prints how much of it is in use.
#include <atoll_fixed.hpp>

static unsigned char memory[16 << 10] __attribute__((aligned(8)));
static Atoll::FixedHeap* heap;

void setup() {
  Serial.begin(115200);
  heap = Atoll::FixedHeap::make(memory, sizeof memory);
}

void loop() {
  // One more block each second. When there is no memory, all of them are freed.
  if (heap->allocate(100) == nullptr) heap->reset();
  Serial.println(static_cast<unsigned long>(heap->statistics().alloc));
  delay(1000);
}
