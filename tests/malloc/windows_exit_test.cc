// The process ends while a thread holds every lock of its heap.

#include "tests/malloc/windows_exit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "src/malloc/foreign.h"
#include "src/malloc/malloc.h"
#include "src/malloc/process_heap.h"

namespace Atoll::test {
namespace {

namespace family = malloc_family;

void* small = nullptr;
char* large = nullptr;

void take_all_locks_for_ever() {
  small = family::allocate(100);
  large = static_cast<char*>(family::allocate(100'000));
  std::memset(large, 'a', 100'000);
  std::atomic<bool> has_them{false};
  std::thread([&] {
    process_heap()->before_fork();
    has_them = true;
    for (;;) ::Sleep(INFINITE);
  }).detach();
  while (!has_them) ::SwitchToThread();
}

// At the end of the process only the exit code can report an error.
void expect(bool holds, UINT code) {
  if (!holds) ::TerminateProcess(::GetCurrentProcess(), code);
}

void use_the_family() {
  expect(process_heap()->is_abandoned(), 100);
  auto* const p = static_cast<char*>(family::allocate(1 << 20));
  expect(p != nullptr && family::is_foreign(p), 101);
  std::memset(p, 0xa5, 1 << 20);
  family::release(p);
  auto* const zeroed = static_cast<char*>(family::allocate_zeroed(1000, 1000));
  expect(zeroed != nullptr && zeroed[0] == 0 && zeroed[999'999] == 0, 102);
  auto* const moved = static_cast<char*>(family::reallocate(large, 300'000));
  expect(moved != nullptr && moved[0] == 'a' && moved[99'999] == 'a', 103);
  auto* const again = static_cast<char*>(family::reallocate(moved, 400'000));
  expect(again != nullptr && again[99'999] == 'a', 104);
  family::release(again);
  family::release(zeroed);
  family::release(small);
  expect(family::allocate_aligned(4096, 1 << 20) == nullptr, 105);
  expect(!family::trim(), 106);
}

TEST(WindowsExit, WhileAThreadHoldsAllLocks) {
  EXPECT_EQ(exit_code_of_process(take_all_locks_for_ever, use_the_family), kCameToItsEnd);
}

void hold_nothing() {
  large = static_cast<char*>(family::allocate(100'000));
  std::thread([] { ::Sleep(INFINITE); }).detach();
}

void expect_a_heap_that_works() {
  expect(!process_heap()->is_abandoned(), 100);
  family::release(large);
  void* const p = family::allocate(1 << 20);
  expect(p != nullptr && !family::is_foreign(p), 101);
  expect(process_heap()->check().view().empty(), 102);
}

TEST(WindowsExit, WhileNobodyHoldsALock) {
  EXPECT_EQ(exit_code_of_process(hold_nothing, expect_a_heap_that_works), kCameToItsEnd);
}

}  // namespace
}  // namespace Atoll::test
