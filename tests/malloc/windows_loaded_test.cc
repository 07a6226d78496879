// A program of Windows that loads atoll.dll while it runs, when its threads are there already.

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "os/windows/system.h"
#include "src/malloc/atoll.h"

namespace {

HMODULE load() { return ::LoadLibraryA("src\\malloc\\atoll.dll"); }

template <typename Function>
Function* find(HMODULE library, const char* name) {
  return reinterpret_cast<Function*>(reinterpret_cast<void*>(::GetProcAddress(library, name)));
}

TEST(WindowsLoadedTest, ThreadsThatWereThereBeforeCanUseIt) {
  std::atomic<HMODULE> library{nullptr};
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&library, &good] {
      while (library.load() == nullptr) ::Sleep(1);
      auto* const allocate = find<decltype(atoll_malloc)>(library, "atoll_malloc");
      auto* const release = find<decltype(atoll_free)>(library, "atoll_free");
      if (allocate == nullptr || release == nullptr) return;
      std::vector<void*> objects;
      for (std::size_t size = 1; size < 2000; ++size) {
        objects.push_back(allocate(size));
        if (objects.back() == nullptr) return;
        std::memset(objects.back(), 0xa5, size);
      }
      for (void* const p : objects) release(p);
      ++good;
    });
  }
  library = load();
  ASSERT_NE(library.load(), nullptr) << ::GetLastError();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 4);
}

TEST(WindowsLoadedTest, ItStaysWhenItIsUnloaded) {
  HMODULE const library = load();
  ASSERT_NE(library, nullptr) << ::GetLastError();
  auto* const allocate = find<decltype(atoll_malloc)>(library, "atoll_malloc");
  auto* const usable_size = find<decltype(atoll_usable_size)>(library, "atoll_usable_size");
  void* const p = allocate(100);
  for (int i = 0; i < 10; ++i) ::FreeLibrary(library);
  EXPECT_EQ(usable_size(p), 112);
  std::thread([allocate] { EXPECT_NE(allocate(100), nullptr); }).join();
}

}  // namespace
