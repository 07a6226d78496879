// Heaps of one process take the port's hints in turn.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "os/os.h"
#include "src/heap/heap.h"
#include "src/port/port.h"

namespace Atoll::test {
namespace {

constexpr std::size_t kHeaps = 12;

// The port's hints that are free in this program, in order.
std::vector<Address> free_hints(os::Os& os, const port::PortSpec& spec) {
  std::vector<Address> result;
  const port::ArenaHints hints = port::arena_hints(spec);
  for (const std::uint64_t hint : hints.main) {
    if (!port::is_usable_hint(spec, hint)) continue;
    const os::Allocation arena = os.reserve(Address(hint), spec.heap_arena_bytes);
    if (!arena.ok()) continue;
    if (arena.base.value() == hint) result.push_back(arena.base);
    EXPECT_TRUE(os.release(arena.base, spec.heap_arena_bytes).ok());
  }
  return result;
}

class ManyHeaps : public testing::Test {
 protected:
  void SetUp() override {
    const port::PortSpec spec = port::native_spec();
    arena_ = spec.heap_arena_bytes;
    hints_ = free_hints(os::native(), spec);
    if (hints_.size() <= kHeaps) GTEST_SKIP() << "this system does not honour the port's hints";
    for (std::size_t i = 0; i < kHeaps; ++i) {
      heaps_.push_back(std::make_unique<Heap>());
      const Line why = heaps_.back()->init(os::native());
      ASSERT_EQ(why.view(), "");
    }
  }
  Address allocate(std::size_t i, std::uint64_t size) {
    return Address::of(heaps_[i]->allocate(static_cast<std::size_t>(size)));
  }

  std::uint64_t arena_ = 0;
  std::vector<Address> hints_;
  std::vector<std::unique_ptr<Heap>> heaps_;
};

TEST_F(ManyHeaps, BeginAtTheNextHintEach) {
  for (std::size_t i = 0; i < kHeaps; ++i) {
    EXPECT_EQ(allocate(i, 1000).value(), hints_[i].value()) << "heap " << i;
  }
}

// Reserving happens with the first object, not with init().
TEST_F(ManyHeaps, TakeHintsInTheOrderOfTheirFirstObjects) {
  for (std::size_t i = 0; i < kHeaps; ++i) {
    EXPECT_EQ(allocate(kHeaps - 1 - i, 1000).value(), hints_[i].value());
  }
}

TEST_F(ManyHeaps, GrowWhereTheyBegan) {
  for (std::size_t i = 0; i < kHeaps; ++i) (void)allocate(i, 1000);
  for (std::size_t i = 0; i < kHeaps; ++i) {
    EXPECT_EQ(allocate(i, arena_).value(), (hints_[i] + port::kPageSize).value()) << "heap " << i;
  }
}

TEST_F(ManyHeaps, LeaveTheirHintToOthersWhenTheyEnd) {
  for (std::size_t i = 0; i < kHeaps; ++i) (void)allocate(i, 1000);
  heaps_[3]->destroy();
  heaps_[7]->destroy();
  for (const std::size_t freed : {3U, 7U}) {
    const Line why = heaps_[freed]->init(os::native());
    ASSERT_EQ(why.view(), "");
    EXPECT_EQ(allocate(freed, 1000).value(), hints_[freed].value());
  }
}

}  // namespace
}  // namespace Atoll::test
