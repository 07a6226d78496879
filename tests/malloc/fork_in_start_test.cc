// A signal handler that forks while its thread waits for another one to start the process's heap.
// The child has only the thread that waits, so that thread must start the heap itself.

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "src/malloc/atoll.h"

namespace {

std::atomic<bool> has_begun{false};
std::atomic<pid_t> child{-1};  // 0 in the child

void fork_here(int /*signal*/) { child = ::fork(); }

}  // namespace

// The start calls this first. In the parent it stays here until the other thread has forked.
extern "C" int pthread_atfork(void (* /*prepare*/)(), void (* /*parent*/)(),
                              void (* /*child*/)()) noexcept {
  has_begun = true;
  while (child == -1) {
  }
  return 0;
}

// A thread that waits for the start calls this again and again.
extern "C" int sched_yield() noexcept {
  static thread_local int calls = 0;
  constexpr int kWaitsForEver = 1000;
  if (child == -1 && calls == 0 && ::gettid() != ::getpid()) std::raise(SIGUSR1);
  if (child == 0 && ++calls == kWaitsForEver) ::_exit(1);
  return 0;
}

namespace {

TEST(ForkInStart, ThreadThatWaitsStartsTheHeapInTheChild) {
  std::signal(SIGUSR1, &fork_here);
  std::thread waits([] {
    while (!has_begun) {
    }
    void* const block = atoll_malloc(100);
    if (child == 0) ::_exit(block != nullptr ? 0 : 2);
    EXPECT_NE(block, nullptr);
    atoll_free(block);
  });
  // The start is on the main thread.
  void* const block = atoll_malloc(100);
  EXPECT_NE(block, nullptr);
  waits.join();
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  atoll_free(block);
}

}  // namespace
