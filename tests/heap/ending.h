// A heap whose process comes to its end as Windows ends one: all threads but one are gone, wherever
// they were.
#pragma once

#include <gtest/gtest.h>

#include "os/decorators/forward.h"
#include "os/thread_local.h"
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

  // Other threads end as if they were never asked.
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
    heap_.destroy();  // which needs the system
  }

  // Whoever has the locks does not give them back.
  void end_with_all_locks_held() {
    heap_.before_fork();
    os_.end();
    EXPECT_TRUE(heap_.is_abandoned());
  }

  EndingOs os_;
};

}  // namespace Atoll::test
