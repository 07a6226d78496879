// A program for a machine without an operating system, with a vendored copy of Atoll: a heap in a
// buffer.
#include <cstdio>
#include <cstring>

#include "atoll.hpp"

namespace {

alignas(4096) unsigned char ram[1 << 20];
Atoll::os::FixedOs machine;

int check(bool holds, const char* what) {
  if (!holds) std::printf("not so: %s\n", what);
  return holds ? 0 : 1;
}

// The port of a build for an operating system is that system's. Its heap takes this one's numbers.
Atoll::port::PortSpec spec() {
  using namespace Atoll::port;
  if constexpr (kNativeGoos == Goos::kNone) return native_spec();
  const PortSpec port =
      spec(kDefaultRelease, Goos::kNone, sizeof(void*) == 8 ? Goarch::kRiscv64 : Goarch::kArm);
  return with_lowest_address(port,
                             Atoll::Address::of(ram).aligned_down(port.heap_arena_bytes).value());
}

}  // namespace

// What default arguments and the process's heap use: the program's own system.
Atoll::os::Os& Atoll::os::native() { return machine; }

int main() {
  int wrong = check(machine.init(ram, sizeof ram).view().empty(), "the buffer serves");
  static Atoll::Heap heap;
  Atoll::HeapOptions options;
  options.spec = spec();
  wrong += check(heap.init(machine, options).view().empty(), "a heap begins");
  auto* const text = static_cast<char*>(heap.allocate(100));
  wrong += check(text != nullptr, "there is memory");
  if (text == nullptr) return 1;
  std::strcpy(text, "contents");
  std::printf("%u bytes for the first object\n",
              static_cast<unsigned>(machine.space().bytes_held()));
  unsigned more = 0;
  while (heap.allocate(8192) != nullptr) ++more;
  wrong += check(more * 8192 >= sizeof ram / 100 * 85, "85 % of the buffer are left");
  wrong += check(std::strcmp(text, "contents") == 0, "an object keeps its contents");
  heap.free(text);
  wrong += check(heap.check().view().empty(), "every invariant holds");
  return wrong;
}
