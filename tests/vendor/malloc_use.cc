// A program whose malloc() and operator new are a vendored copy of Atoll.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "atoll.h"

namespace {

int check(bool holds, const char* what) {
  if (!holds) std::printf("not so: %s\n", what);
  return holds ? 0 : 1;
}

// Whether the process's heap of Atoll has it.
bool is_ours(const void* object) { return atoll_usable_size(object) != 0; }

}  // namespace

int main() {
  int wrong = 0;
  void* const block = std::malloc(100);
  std::memset(block, 1, 100);
  wrong += check(is_ours(block), "malloc() is Atoll's");
  std::free(block);
  const auto number = std::make_unique<long>(1);
  wrong += check(is_ours(number.get()), "operator new is Atoll's");
  char* line = nullptr;
  wrong += check(::asprintf(&line, "%d", 123) == 3 && is_ours(line), "the C library uses it");
  std::free(line);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int k = 0; k < 10'000; ++k) (void)std::string(static_cast<std::size_t>(k % 500), 'x');
    });
  }
  for (std::thread& thread : threads) thread.join();
  return wrong;
}
