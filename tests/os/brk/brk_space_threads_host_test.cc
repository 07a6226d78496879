#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <thread>

#include "os/brk/brk_space.h"
#include "tests/os/brk/fake_segment.h"

namespace Atoll::os {
namespace {

class YieldingSegment final : public FakeSegment {
 public:
  void yield() override { std::this_thread::yield(); }
};

// Each thread writes its own mark into its memory, and must find it again.
TEST(BrkSpaceThreadsTest, NobodyIsGivenWhatAnotherHolds) {
  constexpr std::uint64_t kPage = FakeSegment::kPage;
  const auto segment = std::make_unique<YieldingSegment>();
  BrkSpace space(*segment, kPage, HintPolicy::kExactBreak);
  std::array<std::thread, 4> threads;
  for (std::size_t t = 0; t < threads.size(); ++t) {
    threads[t] = std::thread([&space, t] {
      const auto mark = static_cast<unsigned char>(t + 1);
      for (std::uint64_t i = 0; i < 500; ++i) {
        const std::uint64_t size = kPage * (1 + (i + t) % 5);
        const Allocation a = space.reserve(Address(), size);
        ASSERT_TRUE(a.ok());
        ASSERT_TRUE(is_filled_with(a.base, size, 0));
        std::memset(a.base.pointer(), mark, size);
        std::this_thread::yield();
        ASSERT_TRUE(is_filled_with(a.base, size, mark));
        ASSERT_TRUE(space.free(a.base, size).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(space.program_break(), segment->page(0));
}

}  // namespace
}  // namespace Atoll::os
