// Where an ordinary program's objects are: Atoll's first arena is at the port's first hint,
// 0xc000000000.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

static const char* place(const void* object) {
  return reinterpret_cast<std::uintptr_t>(object) >> 32 == 0xc0 ? "Atoll's" : "another's";
}

int main() {
  void* const block = std::malloc(100);
  const std::unique_ptr<int> number(new int(1));
  std::printf("malloc is %s, new is %s\n", place(block), place(number.get()));
  std::free(block);
  return 0;
}
