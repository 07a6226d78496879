// When the system refuses a call, the heap reports it, stays consistent, and goes on when it can.
#include <ostream>

#include "tests/heap/refusals.h"

namespace Atoll::test {
namespace {

constexpr bool kIsFast =
    port::kNativeGoarch == port::Goarch::kAmd64 && port::kNativeGoos == port::Goos::kLinux;

// Each target refuses other calls.
constexpr std::uint32_t kSlowStep = 17 + (7 * static_cast<std::uint32_t>(port::kNativeGoos) +
                                          static_cast<std::uint32_t>(port::kNativeGoarch)) %
                                             13;

struct Case {
  const char* name;
  port::Release release;
  bool checked = false;
  // Refuses one call in this many; for the default release every call, if that is fast.
  std::uint32_t step = kIsFast ? 5 : 3 * kSlowStep;
  bool is_sparing = false;

  friend std::ostream& operator<<(std::ostream& out, const Case& tested) {
    return out << tested.name;
  }
};

std::vector<Case> every_case() {
  std::vector<Case> cases = {
      {"Default", port::native_release(), false, kIsFast ? 1 : kSlowStep},
      {"Checked", port::native_release(), true},
      {"Sparing", port::native_release(), false, kIsFast ? 2 : 2 * kSlowStep, /*is_sparing=*/true}};
  for (const Case& other :
       {Case{"Go1_14", port::Release::k1_14}, Case{"Go1_18", port::Release::k1_18},
        Case{"Go1_26", port::Release::k1_26}}) {
    if (port::has_port(other.release, port::kNativeGoos, port::kNativeGoarch)) {
      cases.push_back(other);
    }
  }
  return cases;
}

class Refused : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (lives_in_buffer(port::native_spec())) {
      GTEST_SKIP() << "the objects of 64 MiB take thousands of calls of a buffer, each of which "
                      "would be refused";
    }
  }

  HeapOptions options() const {
    HeapOptions options;
    // A race port's heap is at its end when it has used up its hints.
    options.spec = port::native_spec(GetParam().release, /*race=*/false);
    options.objects.checked = GetParam().checked;
    options.pages.is_sparing = GetParam().is_sparing;
    if (options.pages.is_sparing) options.pages.record_window = std::uint64_t{1} << 30;
    return options;
  }
};

TEST_P(Refused, EveryCallOnce) {
  const std::uint32_t calls = live_with_every_refusal(os::native(), options(), {}, GetParam().step);
  EXPECT_GT(calls, 10U);
}

TEST_P(Refused, EveryCallFromOneOn) {
  const std::uint32_t calls = live_with_every_refusal(
      os::native(), options(), {.refuses = Refuses::kFromThenOn}, GetParam().step);
  EXPECT_GT(calls, 10U);
}

TEST_P(Refused, AllMemoryFromAMomentOn) {
  // The system has address space, but no memory for it.
  const std::uint32_t calls = live_with_every_refusal(
      os::native(), options(),
      {.refuses = Refuses::kFromThenOn, .verbs = os::Verb::kUsed | os::Verb::kAlloc},
      GetParam().step);
  EXPECT_GT(calls, 5U);
}

TEST_P(Refused, TakingBackMemory) {
  const std::uint32_t calls = live_with_every_refusal(
      os::native(), options(), {.refuses = Refuses::kFromThenOn, .verbs = os::Verb::kUnused},
      GetParam().step);
  EXPECT_EQ(calls != 0, os::native().probe().can_shrink);
}

INSTANTIATE_TEST_SUITE_P(Heap, Refused, testing::ValuesIn(every_case()),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace Atoll::test
