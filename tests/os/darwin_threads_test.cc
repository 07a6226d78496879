// Like threads_test.cc, with libSystem's own threads, for programs without a C++ library, whose
// thread-locals, allocator and GoogleTest are for one thread. So other threads only call the
// backend, and count.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>

#include "os/os.h"

namespace Atoll::os::test {
namespace {

extern "C" int start_thread(void** thread, const void* attributes, void* (*function)(void*),
                            void* argument) __asm("_pthread_create");
extern "C" int join_thread(void* thread, void** result) __asm("_pthread_join");
extern "C" void* this_thread() __asm("_pthread_self");

// Runs function(argument) on a thread until it is joined.
class Thread {
 public:
  Thread(void* (*function)(void*), void* argument) {
    if (start_thread(&thread_, nullptr, function, argument) != 0) __builtin_trap();
  }
  ~Thread() { join(); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  void join() {
    if (thread_ != nullptr) join_thread(thread_, nullptr);
    thread_ = nullptr;
  }

 private:
  void* thread_ = nullptr;
};

struct Sleepers {
  std::atomic<std::uint32_t> word{0};
  std::atomic<int> awake{0};

  static void* sleep(void* sleepers) {
    auto& self = *static_cast<Sleepers*>(sleepers);
    while (self.word.load(std::memory_order_acquire) == 0) native().park(self.word, 0);
    ++self.awake;
    return nullptr;
  }
  void wake(std::uint32_t count) {
    word.store(1, std::memory_order_release);
    native().unpark(word, count);
  }
};

TEST(DarwinThreads, UnparkWakesAParkedThread) {
  Sleepers sleepers;
  Thread thread(Sleepers::sleep, &sleepers);
  for (int i = 0; i < 100; ++i) native().yield();
  EXPECT_EQ(sleepers.awake, 0) << "nobody changed the word";
  sleepers.wake(1);
  thread.join();
  EXPECT_EQ(sleepers.awake, 1);
}

TEST(DarwinThreads, UnparkOfManyOrAllWakesEverybody) {
  for (const std::uint32_t count : {4U, 1000U, 0xffff'ffffU}) {
    Sleepers sleepers;
    Thread threads[] = {{Sleepers::sleep, &sleepers},
                        {Sleepers::sleep, &sleepers},
                        {Sleepers::sleep, &sleepers},
                        {Sleepers::sleep, &sleepers}};
    for (int i = 0; i < 100; ++i) native().yield();
    sleepers.wake(count);
    for (Thread& thread : threads) thread.join();
    EXPECT_EQ(sleepers.awake, 4);
  }
}

// No wake-up is lost when two threads wait for each other in turn.
struct Game {
  static constexpr std::uint32_t kTurns = 400;
  std::atomic<std::uint32_t> turn{0};

  void play(std::uint32_t parity) {
    for (;;) {
      const std::uint32_t now = turn.load(std::memory_order_acquire);
      if (now >= kTurns) return;
      if (now % 2 != parity) {
        native().park(turn, now);
        continue;
      }
      turn.store(now + 1, std::memory_order_release);
      native().unpark(turn, 1);
    }
  }
  static void* play_odd(void* game) {
    static_cast<Game*>(game)->play(1);
    return nullptr;
  }
};

TEST(DarwinThreads, TwoThreadsTakeTurns) {
  Game game;
  Thread other(Game::play_odd, &game);
  game.play(0);
  other.join();
  EXPECT_EQ(game.turn.load(), Game::kTurns);
}

struct Exit {
  std::atomic<int> calls{0};
  std::atomic<bool> was_registered{true};
  std::atomic<bool> on_own_thread{true};
  void* thread = nullptr;
  void* replacement = nullptr;  // the argument that it registers next, unless that is this object

  static void note(void* exit) {
    auto& self = *static_cast<Exit*>(exit);
    ++self.calls;
    self.on_own_thread = self.thread == this_thread();
  }
  static void* run(void* exit) {
    auto& self = *static_cast<Exit*>(exit);
    self.thread = this_thread();
    self.was_registered = native().at_thread_exit(note, &self);
    if (self.replacement != &self) {
      self.was_registered = self.was_registered && native().at_thread_exit(note, self.replacement);
    }
    return nullptr;
  }
};

TEST(DarwinThreads, ExitFunctionRunsOnceOnItsThread) {
  Exit exits[4];
  for (Exit& exit : exits) exit.replacement = &exit;
  {
    Thread threads[] = {{Exit::run, &exits[0]},
                        {Exit::run, &exits[1]},
                        {Exit::run, &exits[2]},
                        {Exit::run, &exits[3]}};
  }
  for (const Exit& exit : exits) {
    EXPECT_TRUE(exit.was_registered);
    EXPECT_EQ(exit.calls, 1);
    EXPECT_TRUE(exit.on_own_thread);
  }
}

TEST(DarwinThreads, LaterExitArgumentReplacesTheFirstAndNullMeansNoCall) {
  Exit first;
  Exit second;
  Exit none;
  first.replacement = &second;
  Thread(Exit::run, &first).join();
  Thread(Exit::run, &none).join();
  EXPECT_EQ(first.calls, 0);
  EXPECT_EQ(second.calls, 1);
  EXPECT_EQ(none.calls, 0);
}

// Any thread may make any call at any time.
struct Worker {
  std::atomic<int> failures{0};
  std::uint64_t size = 0;

  static void* work(void* worker) {
    auto& self = *static_cast<Worker*>(worker);
    for (int round = 0; round < 50; ++round) {
      if (!self.use_some_memory()) ++self.failures;
    }
    return nullptr;
  }
  bool use_some_memory() const {
    Os& os = native();
    const Allocation a = os.reserve(Address(), size);
    if (!a.ok() || !os.map(a.base, size).ok() || !os.used(a.base, size).ok()) return false;
    auto* const word = static_cast<volatile std::uint64_t*>(a.base.pointer());
    const bool was_zero = *word == 0;
    *word = a.base.value();
    os.yield();
    return was_zero && *word == a.base.value() && os.unused(a.base, size).ok() &&
           os.free(a.base, size).ok();
  }
};

TEST(DarwinThreads, MemoryCallsFromSeveralThreads) {
  Worker worker;
  worker.size = 4 * native().probe().granularity;
  {
    Thread threads[] = {{Worker::work, &worker},
                        {Worker::work, &worker},
                        {Worker::work, &worker},
                        {Worker::work, &worker}};
  }
  EXPECT_EQ(worker.failures, 0);
}

}  // namespace
}  // namespace Atoll::os::test
