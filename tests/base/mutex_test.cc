// A lock without threads: the calls of the system that it makes. See mutex_threads_test.cc.
#include "src/base/mutex.h"

#include <gtest/gtest.h>

#include "os/decorators/forward.h"

namespace Atoll {
namespace {

// Plays the other thread, which has the lock and releases it when a thread sleeps for it.
class OtherThreadOs final : public os::ForwardOs {
 public:
  OtherThreadOs() : ForwardOs(os::native()) {}

  void holds(Mutex& mutex, int early_returns) {
    EXPECT_TRUE(mutex.try_lock());
    held_ = &mutex;
    early_returns_ = early_returns;
  }

  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override {
    ++parks_;
    ASSERT_NE(held_, nullptr) << "nobody would wake the sleeper";
    EXPECT_EQ(word.load(), expected) << "a real system would not sleep";
    EXPECT_FALSE(held_->try_lock());
    if (early_returns_-- != 0) return;
    Mutex& mutex = *held_;
    held_ = nullptr;
    mutex.unlock(*this);
  }
  void unpark(const std::atomic<std::uint32_t>&, std::uint32_t count) override {
    ++unparks_;
    EXPECT_EQ(count, 1U);
  }

  int parks() const { return parks_; }
  int unparks() const { return unparks_; }

 private:
  Mutex* held_ = nullptr;
  int early_returns_ = 0;
  int parks_ = 0;
  int unparks_ = 0;
};

TEST(Mutex, WithoutContentionAsksNothingOfTheSystem) {
  OtherThreadOs os;
  Mutex mutex;
  for (int i = 0; i < 3; ++i) {
    mutex.lock(os);
    EXPECT_FALSE(mutex.try_lock());
    mutex.unlock(os);
    EXPECT_TRUE(mutex.try_lock());
    mutex.unlock(os);
    const LockGuard guard(mutex, os);
    EXPECT_FALSE(mutex.try_lock());
  }
  EXPECT_EQ(os.parks(), 0);
  EXPECT_EQ(os.unparks(), 0);
}

TEST(Mutex, GuardsUnlockAtTheirEnd) {
  OtherThreadOs os;
  Mutex mutex;
  {
    const LockGuard guard(mutex, os);
  }
  EXPECT_TRUE(mutex.try_lock());
}

TEST(Mutex, IsHadWhenTheHolderLetsGoAndWakesTheSleeper) {
  OtherThreadOs os;
  Mutex mutex;
  os.holds(mutex, 0);
  mutex.lock(os);
  EXPECT_EQ(os.parks(), 1);
  EXPECT_EQ(os.unparks(), 1) << "the holder knew that somebody slept";
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock(os);
  EXPECT_EQ(os.unparks(), 2) << "another may sleep as well: the sleeper cannot know";
  EXPECT_TRUE(mutex.try_lock());
}

TEST(Mutex, ASystemThatWakesWithoutReasonIsAskedToSleepAgain) {
  OtherThreadOs os;
  Mutex mutex;
  os.holds(mutex, 7);
  mutex.lock(os);
  EXPECT_EQ(os.parks(), 8);
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock(os);
}

class EndingOs final : public os::ForwardOs {
 public:
  EndingOs() : ForwardOs(os::native()) {}

  bool is_ending() override { return true; }
  void park(const std::atomic<std::uint32_t>&, std::uint32_t) override {
    write("nobody would wake the sleeper\n");
    abort();
  }
};

TEST(Mutex, IsHadFromAThreadThatIsGone) {
  EndingOs os;
  Mutex mutex;
  ASSERT_TRUE(mutex.try_lock());
  mutex.lock(os);
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock(os);
  EXPECT_TRUE(mutex.try_lock());
}

}  // namespace
}  // namespace Atoll
