// A heap whose process ends as Windows ends one: all threads but one are gone, wherever they were.
#pragma once

#include <gtest/gtest.h>

#include <utility>

#include "os/decorators/forward.h"
#include "os/thread_local.h"
#include "src/heap/entry.h"
#include "tests/heap/fixture.h"

namespace Atoll::test {

class EndingOs final : public os::ForwardOs {
 public:
  EndingOs() : ForwardOs(os::native()) {}

  // Calls the exit function of the one thread that is left, as the system does.
  void end() {
    is_ending_ = true;
    void* const argument = of_this_thread(argument_);
    if (argument != nullptr) function_(argument);
  }

  // Lets the process go on after all, for the next test.
  void go_on() { is_ending_ = false; }

  // Other threads end as if they had never registered.
  bool at_thread_exit(os::ThreadExitFunction function, void* argument) override {
    function_ = function;
    of_this_thread(argument_) = argument;
    return true;
  }
  bool is_ending() override { return is_ending_; }
  void park(const std::atomic<std::uint32_t>& /*word*/, std::uint32_t /*expected*/) override {
    write("somebody waits for a thread that is gone\n");
    abort();
  }

 private:
  static inline constinit ATOLL_THREAD_LOCAL void* argument_ = nullptr;

  os::ThreadExitFunction function_ = nullptr;
  bool is_ending_ = false;
};

class Ending : public HeapTest {
 protected:
  void SetUp() override { start_again(os_); }
  void TearDown() override {
    EXPECT_TRUE(take_corruptions().empty());
    // An abandoned heap leaves its memory to the process, and other tests go on in this process.
    os_.go_on();
    if (holder_ != nullptr) {
      of_this_thread(innermost_entry) = holder_;
      heap_.after_fork_in_parent();
    }
    heap_.destroy();  // before its system goes
  }

  // Locks everything and never unlocks it. To this thread it looks as if another one had the locks.
  void hold_all_locks() {
    const ThreadCaches own = thread_caches();
    heap_.before_fork();
    thread_caches() = own;
    holder_ = std::exchange(of_this_thread(innermost_entry), nullptr);
  }
  void end_with_all_locks_held() {
    hold_all_locks();
    os_.end();
    EXPECT_TRUE(heap_.is_abandoned());
  }

  EndingOs os_;

 private:
  Entry* holder_ = nullptr;
};

}  // namespace Atoll::test
