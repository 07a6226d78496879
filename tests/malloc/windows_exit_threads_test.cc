// The process ends while its threads allocate and free. Built twice: with a malloc() of atoll.dll,
// and with an operator new of the program's own.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "tests/malloc/windows_exit.h"

namespace Atoll::test {
namespace {

// Of ten processes about one ended while a thread held a lock.
constexpr int kProcesses = 40;
constexpr int kThreads = 4;

std::array<std::atomic<char*>, 1000> shared;  // where objects go from thread to thread
std::array<char*, 2000> own;                  // of the thread that ends the process
std::array<std::atomic<int>, kThreads> rounds;

constexpr std::size_t size_of(std::size_t i) {
  if (i % 97 == 0) return 200'000;
  if (i % 31 == 0) return 20'000;
  return i % 500 + 1;
}

[[noreturn]] void exchange_for_ever(std::size_t thread) {
  for (std::size_t i = thread;; i += 7) {
    delete[] shared[i % shared.size()].exchange(new char[size_of(i)]);
    rounds[thread].fetch_add(1, std::memory_order_relaxed);
  }
}

void run_until_all_threads_are_busy() {
  for (std::size_t i = 0; i < own.size(); ++i) own[i] = new char[size_of(i)];
  for (std::size_t i = 0; i < kThreads; ++i) std::thread(exchange_for_ever, i).detach();
  for (const std::atomic<int>& count : rounds) {
    while (count.load(std::memory_order_relaxed) < 3000) ::SwitchToThread();
  }
}

void free_and_allocate_all() {
  for (char* const p : own) delete[] p;
  for (const std::atomic<char*>& p : shared) delete[] p.load();
  for (std::size_t i = 0; i < 1000; ++i) {
    char* const p = new char[size_of(i)];
    std::memset(p, 0xa5, size_of(i));
    delete[] p;
  }
}

TEST(WindowsExit, WhileThreadsAllocateAndFree) {
  for (int i = 0; i < kProcesses; ++i) {
    ASSERT_EQ(exit_code_of_process(run_until_all_threads_are_busy, free_and_allocate_all),
              kCameToItsEnd)
        << "process " << i;
  }
}

}  // namespace
}  // namespace Atoll::test
