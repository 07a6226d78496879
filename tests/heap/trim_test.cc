// The pages of spans in use that a trim releases to the system.
#include <cstring>
#include <vector>

#include "os/decorators/fault_injection.h"
#include "tests/heap/fixture.h"
#include "tests/heap/pattern.h"

namespace Atoll::test {
namespace {

class Trim : public HeapTest {
 protected:
  static constexpr std::size_t kBytes = 1 << 20;

  // Whether released pages always come back, and whether the shortest span has several pages.
  bool divides_spans() const {
    const os::Machine& machine = heap_.platform().machine;
    return machine.can_shrink && machine.lazy_commit && machine.page_size < port::kPageSize;
  }

  // Allocates objects and keeps one in every `distance`.
  std::vector<std::byte*> allocate_sparsely(std::size_t size, std::size_t distance) {
    std::vector<std::byte*> all(kBytes / size);
    for (std::byte*& p : all) {
      p = static_cast<std::byte*>(heap_.allocate(size));
      std::memset(p, 0xaa, size);
    }
    std::vector<std::byte*> live;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i % distance != 0) {
        heap_.free(all[i]);
        continue;
      }
      fill(all[i], size, i);
      live.push_back(all[i]);
    }
    return live;
  }
  void expect_unchanged(const std::vector<std::byte*>& live, std::size_t size,
                        std::size_t distance) {
    for (std::size_t i = 0; i < live.size(); ++i) {
      EXPECT_EQ(first_change(live[i], size, size, i * distance), size);
    }
  }
};

TEST_F(Trim, GivesPagesBackBetweenObjectsInUse) {
  for (const std::size_t size : {16U, 64U, 1008U, 1400U, 3000U, 10'000U}) {
    SCOPED_TRACE(size);
    start_again();
    const std::size_t distance = 20'000 / size + 1;
    const std::vector<std::byte*> live = allocate_sparsely(size, distance);
    (void)heap_.scavenge();  // of free spans
    const std::uint64_t in_use = heap_.statistics().heap_in_use;
    const std::uint64_t given = heap_.trim();
    if (divides_spans()) {
      EXPECT_GE(given, in_use / 4);
    } else {
      EXPECT_LE(given, in_use);
    }
    EXPECT_EQ(heap_.statistics().heap_in_use, in_use);
    expect_unchanged(live, size, distance);
    EXPECT_EQ(text(heap_.check()), "");
    // Freed places can be used again.
    std::vector<void*> more(kBytes / size - live.size());
    for (void*& p : more) {
      p = heap_.allocate(size);
      std::memset(p, 0x55, size);
    }
    EXPECT_LE(heap_.statistics().heap_in_use, 2 * std::uint64_t{kBytes});
    expect_unchanged(live, size, distance);
    for (void* const p : more) heap_.free(p);
    for (std::byte* const p : live) heap_.free(p);
    heap_.flush_thread();
    EXPECT_EQ(objects(), 0U);
    EXPECT_EQ(heap_.statistics().heap_in_use, 0U);
  }
}

TEST_F(Trim, LeavesWhatTheSystemWillNotTake) {
  os::FaultInjectionOs os(os::native());
  start_again(os);
  const std::vector<std::byte*> live = allocate_sparsely(64, 200);
  (void)heap_.scavenge();
  os.only(os::Verb::kUnused);
  os.fail_from_call(1);
  EXPECT_EQ(heap_.trim(), 0U);
  os.fail_nothing();
  expect_unchanged(live, 64, 200);
  EXPECT_EQ(text(heap_.check()), "");
  heap_.destroy();
}

TEST_F(Trim, KeepsApartWhatTheSystemDoesNotGiveBack) {
  os::FaultInjectionOs os(os::native());
  start_again(os);
  const std::vector<std::byte*> live = allocate_sparsely(64, 200);
  (void)heap_.scavenge();
  const std::uint64_t in_use = heap_.statistics().heap_in_use;
  os.only(os::Verb::kUsed);
  os.fail_from_call(1);
  (void)heap_.trim();
  EXPECT_EQ(text(heap_.check()), "");
  EXPECT_EQ(heap_.trim(), 0U) << "before the system gives that back, nothing is released";
  EXPECT_EQ(os.failed_calls(), divides_spans() ? 2U : 0U);
  os.fail_nothing();

  // Nobody gets these pages, not even when their objects seem to be dead.
  heap_.begin_mark();
  for (std::byte* const p : live) (void)heap_.mark(p);
  heap_.end_mark();
  heap_.sweep_all();
  EXPECT_EQ(objects(), live.size());
  EXPECT_EQ(text(heap_.check()), "");

  if (divides_spans()) {
    EXPECT_GE(heap_.trim(), in_use / 4);
  }
  EXPECT_EQ(text(heap_.check()), "");
  expect_unchanged(live, 64, 200);
  for (std::byte* const p : live) heap_.free(p);
  heap_.flush_thread();
  EXPECT_EQ(heap_.statistics().heap_in_use, 0U);
  heap_.destroy();
}

// Meanwhile the heap does not know which objects are free.
TEST_F(Trim, LeavesSpansThatWaitToBeSwept) {
  const std::vector<std::byte*> live = allocate_sparsely(64, 200);
  heap_.begin_mark();
  for (std::byte* const p : live) (void)heap_.mark(p);
  (void)heap_.trim();
  heap_.end_mark();
  (void)heap_.trim();
  expect_unchanged(live, 64, 200);
  heap_.sweep_all();
  EXPECT_EQ(objects(), live.size());
  EXPECT_EQ(text(heap_.check()), "");
}

}  // namespace
}  // namespace Atoll::test
