// A profile counts the same as a model, in any order of samples and frees.
#include "src/malloc/heap_profile.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <span>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "os/decorators/fault_injection.h"

namespace Atoll::test {
namespace {

using Stack = std::vector<std::uintptr_t>;

struct Figures {
  std::uint64_t in_use = 0;
  std::uint64_t ever = 0;

  bool operator==(const Figures&) const = default;
};

using Model = std::map<std::pair<Stack, std::uint64_t>, Figures>;

class Profile : public testing::Test {
 protected:
  void SetUp() override {
    platform_.emplace(Platform{os_, os_.probe(), port::native_spec(port::native_release())});
    profile_.init(*platform_);
  }

  std::string written() {
    std::string text;
    profile_.write(512, {[](void* to, std::string_view piece) {
                           static_cast<std::string*>(to)->append(piece);
                         },
                         &text});
    return text;
  }

  // The written lines by stack and size; the sums in the first line are checked.
  Model read() {
    static const std::regex kLine(R"((heap profile: )?(\d+): (\d+) \[(\d+): (\d+)\] @(.*)\n)");
    const std::string text = written();
    Model model;
    std::array<std::uint64_t, 4> sums{};
    std::array<std::uint64_t, 4> told{};
    std::size_t end = 0;
    for (std::sregex_iterator line(text.begin(), text.end(), kLine); line != std::sregex_iterator();
         ++line) {
      EXPECT_EQ(static_cast<std::size_t>(line->position()), end) << "a line that is none";
      end += static_cast<std::size_t>(line->length());
      std::array<std::uint64_t, 4> figures{};
      for (std::size_t i = 0; i < 4; ++i) figures[i] = std::stoull((*line)[i + 2]);
      if ((*line)[1].matched) {
        EXPECT_EQ((*line)[6], " heap_v2/512");
        told = figures;
        continue;
      }
      for (std::size_t i = 0; i < 4; ++i) sums[i] += figures[i];
      Stack stack;
      std::istringstream words((*line)[6]);
      for (std::string word; words >> word;) stack.push_back(std::stoull(word, nullptr, 16));
      const std::uint64_t size = figures[3] / figures[2];
      EXPECT_EQ(figures[1], figures[0] * size);
      EXPECT_TRUE(model.insert({{stack, size}, {figures[0], figures[2]}}).second);
    }
    EXPECT_EQ(end, text.size());
    EXPECT_EQ(told, sums);
    return model;
  }

  // An object whose place does not matter.
  void* add(const Stack& stack, std::uint64_t size) {
    return profile_.add(stack, size, Address(16));
  }

  os::FaultInjectionOs os_{os::native()};
  std::optional<Platform> platform_;
  HeapProfile profile_;
};

TEST_F(Profile, IsEmptyAtFirst) {
  EXPECT_EQ(written(), "heap profile: 0: 0 [0: 0] @ heap_v2/512\n");
  EXPECT_EQ(profile_.bytes(), 0U);
  profile_.remove(nullptr, {});
}

TEST_F(Profile, CountsWhatTheModelCounts) {
  std::mt19937_64 random(1);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  std::vector<Stack> stacks;
  for (int i = 0; i < 300; ++i) {
    Stack stack(below(HeapProfile::kMostFrames + 1));
    for (std::uintptr_t& frame : stack) frame = random();
    // Some differ in one frame only, or in their lengths.
    if (i % 3 == 1) stack = stacks.back();
    if (i % 6 == 1 && !stack.empty()) stack[below(stack.size())] ^= 1;
    if (i % 6 == 4 && !stack.empty()) stack.pop_back();
    stacks.push_back(stack);
  }
  Model model;
  std::vector<std::pair<void*, Figures*>> live;
  for (int i = 0; i < 20000; ++i) {
    if (live.empty() || below(3) != 0) {
      const Stack& stack = stacks[below(stacks.size())];
      const std::uint64_t size = std::uint64_t{8} << below(5);
      Figures& figures = model[{stack, size}];
      ++figures.in_use;
      ++figures.ever;
      live.emplace_back(add(stack, size), &figures);
      ASSERT_NE(live.back().first, nullptr);
    } else {
      std::swap(live[below(live.size())], live.back());
      --live.back().second->in_use;
      profile_.remove(live.back().first, {});
      live.pop_back();
    }
  }
  EXPECT_EQ(read(), model);
  EXPECT_GE(profile_.bytes(), model.size() * 8 * HeapProfile::kMostFrames / 2);
}

TEST_F(Profile, CutsDeepStacksOff) {
  Stack stack(HeapProfile::kMostFrames + 5, 7);
  ASSERT_NE(add(stack, 16), nullptr);
  stack.resize(HeapProfile::kMostFrames);
  EXPECT_EQ(read(), (Model{{{stack, 16}, {1, 1}}}));
}

TEST_F(Profile, LosesOnlyWhatTheSystemHasNoMemoryFor) {
  const Stack first{1, 2, 3};
  os_.fail_from_call(1);
  EXPECT_EQ(add(first, 16), nullptr);
  os_.fail_nothing();
  ASSERT_NE(add(first, 16), nullptr);
  os_.fail_from_call(1);
  Stack stack(HeapProfile::kMostFrames);
  std::uint64_t added = 0;
  do {
    ++stack[0];
    ++added;
  } while (add(stack, 16) != nullptr);
  EXPECT_NE(add(first, 16), nullptr);
  os_.fail_nothing();
  const Model model = read();
  EXPECT_EQ(model.size(), added);
  EXPECT_EQ(model.at({first, 16}), (Figures{2, 2}));
}

TEST_F(Profile, MayBeUsedByManyThreads) {
  constexpr std::uint64_t kCount = 5000;
  std::vector<std::thread> threads;
  for (std::uintptr_t i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (std::uint64_t n = 0; n < kCount; ++n) {
        const Stack stack{1, n % 100, i % 2};
        void* const sample = add(stack, 32);
        if (n % 2 == 0) profile_.remove(sample, {});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::uint64_t in_use = 0;
  const Model model = read();
  for (const auto& [key, figures] : model) in_use += figures.in_use;
  EXPECT_EQ(model.size(), 200U);
  EXPECT_EQ(in_use, 4 * kCount / 2);
}

// --- Objects. ---

Stack stack_of(std::span<const std::uintptr_t> frames) { return {frames.begin(), frames.end()}; }

TEST_F(Profile, TellsWhoAllocatedAndFreedTheLastObjectThatHeldAnAddress) {
  const Address object(0x10000);
  EXPECT_FALSE(profile_.trace_of(object).has_value());
  void* const first = profile_.add(Stack{1, 2}, 64, object);
  profile_.remove(first, Stack{3});
  void* const second = profile_.add(Stack{4}, 32, object);
  profile_.add(Stack{5}, 64, object + 64);
  ASSERT_TRUE(profile_.trace_of(object + 31).has_value());
  EXPECT_EQ(stack_of(profile_.trace_of(object + 31)->allocated_by), (Stack{4}));
  EXPECT_FALSE(profile_.trace_of(object + 31)->is_freed);
  // The second did not reach as far.
  const auto trace = profile_.trace_of(object + 32);
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(stack_of(trace->allocated_by), (Stack{1, 2}));
  EXPECT_TRUE(trace->is_freed);
  EXPECT_EQ(stack_of(trace->freed_by), (Stack{3}));
  EXPECT_FALSE(profile_.trace_of(object + 128).has_value());
  Stack deep(HeapProfile::kMostFrames, 7);
  profile_.remove(second, deep);
  deep.resize(HeapProfile::kFreeFrames);
  EXPECT_EQ(stack_of(profile_.trace_of(object)->freed_by), deep);
  EXPECT_EQ(read(), (Model{{{{1, 2}, 64}, {0, 1}}, {{{4}, 32}, {0, 1}}, {{{5}, 64}, {1, 1}}}));
}

TEST_F(Profile, ForgetsWhoFreedTheOldestObjects) {
  const auto address = [](std::uint64_t i) { return Address(0x10000 + 16 * i); };
  const std::uint64_t count = HeapProfile::kKeptFreed + 1;
  for (std::uint64_t i = 0; i < count; ++i) {
    profile_.remove(profile_.add(Stack{1}, 16, address(i)), Stack{2});
  }
  const std::uint64_t bytes = profile_.bytes();
  for (std::uint64_t i = count; i < 3 * count; ++i) {
    profile_.remove(profile_.add(Stack{1}, 16, address(i)), Stack{2});
  }
  EXPECT_EQ(profile_.bytes(), bytes);
  for (std::uint64_t i = 0; i < 3 * count; ++i) {
    EXPECT_EQ(profile_.trace_of(address(i)).has_value(), i >= 2 * count) << i;
  }
}

TEST_F(Profile, TakesNoObjectsWithoutMemory) {
  os_.fail_from_call(1);
  EXPECT_EQ(profile_.add(Stack{1}, 16, Address(16)), nullptr);
  profile_.remove(nullptr, Stack{2});
  EXPECT_FALSE(profile_.trace_of(Address(16)).has_value());
}

}  // namespace
}  // namespace Atoll::test
