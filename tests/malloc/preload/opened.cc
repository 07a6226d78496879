// A program with the C library's malloc() that opens Atoll's library while it runs.
#include <dlfcn.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <thread>
#include <vector>

#include "tests/malloc/preload/check.h"

namespace {

template <typename Function>
Function* find(void* library, const char* name) {
  void* const symbol = dlsym(library, name);
  CHECK(symbol != nullptr);
  return reinterpret_cast<Function*>(symbol);
}

struct Family {
  explicit Family(void* library)
      : malloc(find<void*(std::size_t)>(library, "malloc")),
        realloc(find<void*(void*, std::size_t)>(library, "realloc")),
        free(find<void(void*)>(library, "free")) {}

  void* (*malloc)(std::size_t size);
  void* (*realloc)(void* p, std::size_t size);
  void (*free)(void* p);
};

void use(const Family& atoll) {
  std::array<char*, 100> blocks{};
  for (std::size_t i = 0; i < 5000; ++i) {
    char*& block = blocks[i * 37 % blocks.size()];
    if (block != nullptr) CHECK(*block == 'x');
    atoll.free(block);
    block = static_cast<char*>(atoll.malloc(i % 3000 + 1));
    CHECK(block != nullptr);
    *block = 'x';
  }
  for (char* const block : blocks) atoll.free(block);
  // Blocks of the C library's malloc() are passed on to it.
  void* const other = std::malloc(100);
  CHECK(other != nullptr);
  std::memset(other, 'y', 100);
  void* const larger = atoll.realloc(other, 300);
  CHECK(larger != nullptr && static_cast<char*>(larger)[99] == 'y');
  atoll.free(larger);
}

}  // namespace

int main(int count, char** arguments) {
  CHECK(count > 1);
  void* const library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) std::fprintf(stderr, "%s\n", dlerror());
  CHECK(library != nullptr);
  const Family atoll(library);
  CHECK(atoll.malloc != &std::malloc);
  use(atoll);
  // A thread's cache goes back when the thread ends, also if the library was closed before.
  std::thread([&] { use(atoll); }).join();
  std::thread([&] {
    use(atoll);
    CHECK(dlclose(library) == 0);
    use(atoll);
  }).join();
  return 0;
}
