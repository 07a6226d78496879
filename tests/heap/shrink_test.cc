// A reallocation to a smaller size always succeeds.
#include <cstring>

#include "os/decorators/fault_injection.h"
#include "tests/heap/fixture.h"
#include "tests/heap/pattern.h"

namespace Atoll::test {
namespace {

// One of each kind: tiny, small, at the border of small and large, some pages, a fraction of an
// arena, more than an arena of some ports.
constexpr std::size_t kKinds[] = {5, 16, 500, 8192, 32'768, 40'000, 300'000, 5'000'000};

// The system refuses everything once `from` bytes are allocated; then the test shrinks them to
// `to`.
void shrink_without_memory(const HeapOptions& options, std::size_t from, std::size_t to) {
  SCOPED_TRACE(testing::Message() << from << " to " << to);
  os::FaultInjectionOs faults(os::native());
  Heap heap;
  ASSERT_EQ(text(heap.init(faults, options)), "");
  auto* const p = static_cast<std::byte*>(heap.allocate(from));
  ASSERT_NE(p, nullptr);
  fill(p, from, from);
  faults.fail_from_call(1);
  auto* const q = static_cast<std::byte*>(heap.reallocate(p, to));
  ASSERT_NE(q, nullptr);
  EXPECT_GE(heap.usable_size(q), to);
  EXPECT_EQ(first_change(q, to, from, from), to);
  EXPECT_EQ(text(heap.check()), "");
  faults.fail_nothing();
  heap.free(q);
  heap.flush_thread();
  EXPECT_EQ(heap.statistics().heap_objects, 0U);
}

TEST(Shrinking, NeverFails) {
  for (const bool checked : {false, true}) {
    HeapOptions options;
    options.objects.checked = checked;
    for (const std::size_t from : kKinds) {
      for (const std::size_t to : kKinds) {
        if (to < from) shrink_without_memory(options, from, to);
      }
    }
  }
}

TEST(Shrinking, ALargeObjectGivesItsPagesBackWhereItIs) {
  os::FaultInjectionOs faults(os::native());
  Heap heap;
  ASSERT_EQ(text(heap.init(faults, {})), "");
  void* const p = heap.allocate(1'000'000);
  ASSERT_NE(p, nullptr);
  const std::uint64_t before = heap.statistics().heap_in_use;
  // An object of another kind needs pages of its own, and the system has none for them.
  faults.only(os::Verb::kUsed | os::Verb::kAlloc);
  faults.fail_from_call(1);
  void* const q = heap.reallocate(p, 500);
  ASSERT_NE(q, nullptr);
  faults.fail_nothing();
  EXPECT_LT(heap.statistics().heap_in_use, before / 10);
  EXPECT_EQ(text(heap.check()), "");
}

}  // namespace
}  // namespace Atoll::test
