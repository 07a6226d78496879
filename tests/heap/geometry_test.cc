// The model over the geometry of other ports: their arenas, tables, page sizes and hints, over
// simulated systems whose memory the test can touch.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "tests/heap/model.h"
#include "tests/heap/refusals.h"
#include "tests/heap/request_source.h"
#include "tests/sim_memory/systems.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::test {
namespace {

struct Case {
  System system;
  port::Release release;
  bool race = false;
  bool is_sparing = false;

  port::PortSpec spec() const {
    return port::spec(release, system.spec.goos, system.spec.goarch, race);
  }
  HeapOptions options() const {
    HeapOptions options;
    options.spec = spec();
    options.pages.hints.sv39 = system.preset.address_bits == 38;
    options.pages.is_sparing = is_sparing;
    if (is_sparing) options.pages.record_window = std::uint64_t{1} << 30;
    return options;
  }
  std::string name() const {
    std::string text(system.preset.name);
    text += "_go" + std::string(port::name(release)) + (race ? "_race" : "");
    if (is_sparing) text += "_sparing";
    for (char& c : text) {
      if (c == '.') c = '_';
    }
    return text;
  }
  friend std::ostream& operator<<(std::ostream& out, const Case& tested) {
    return out << tested.name();
  }
};

// Every system under its first release, and under the releases that changed the allocator's
// numbers.
std::vector<Case> every_case() {
  using port::Release;
  std::vector<Case> cases;
  for (const System& system : kSystems) {
    const Release first = system.spec.release;
    cases.push_back({system, first});
    cases.push_back({system, first, /*race=*/false, /*is_sparing=*/true});
    for (const Release release : {Release::k1_12, Release::k1_13, Release::k1_14, Release::k1_17,
                                  Release::k1_22, Release::k1_26}) {
      if (release > first && port::has_port(release, system.spec.goos, system.spec.goarch))
        cases.push_back({system, release});
    }
    // The race detector's window is not free on every system.
    if (system.preset.hints != os::sim::Hints::kHonoured || system.preset.address_bits == 39)
      continue;
    for (const Release release : {first, Release::k1_26}) {
      const port::Port raced{release, system.spec.goos, system.spec.goarch, true};
      if (port::check(raced) == port::PortProblem::kNone) cases.push_back({system, release, true});
    }
  }
  return cases;
}

class Geometry : public testing::TestWithParam<Case> {};

TEST_P(Geometry, HoldsRandomRequests) {
  HeapOptions options = GetParam().options();
  TouchableWorld world(GetParam().system.preset, options.spec);
  CorruptionLog log;
  log.listen(options);
  {
    Heap heap;
    const Line why = heap.init(world.os(), options);
    ASSERT_EQ(why.view(), "");
    Mix mix;
    mix.slots = 300;
    mix.large_percent = 3;
    ModelOptions model_options;
    model_options.slots = mix.slots;
    model_options.corruptions = &log;
    Model model(heap, options, model_options);
    RequestSource source(static_cast<std::uint64_t>(GetParam().release), mix);
    EXPECT_EQ(run(model, source, 3000, 1000), "");
  }
  EXPECT_EQ(world.os().bytes_held(), 0U);
  EXPECT_EQ(world.os().misuses(), 0U);
}

INSTANTIATE_TEST_SUITE_P(EveryPort, Geometry, testing::ValuesIn(every_case()),
                         [](const auto& tested) { return tested.param.name(); });

class Refused : public testing::TestWithParam<Case> {};

TEST_P(Refused, LivesOn) {
  HeapOptions options = GetParam().options();
  TouchableWorld world(GetParam().system.preset, options.spec);
  for (const Refuses refuses : {Refuses::kOnce, Refuses::kFromThenOn}) {
    // Refuses a few of the calls; failure_test refuses them all, on one system.
    (void)live_with_every_refusal(world.os(), options, {.refuses = refuses}, 23);
  }
  EXPECT_EQ(world.os().misuses(), 0U);
}

std::vector<Case> every_system() {
  std::vector<Case> cases;
  for (const System& system : kSystems) {
    for (const bool is_sparing : {false, true}) {
      cases.push_back({system, system.spec.release, /*race=*/false, is_sparing});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(EverySystem, Refused, testing::ValuesIn(every_system()),
                         [](const auto& tested) { return tested.param.name(); });

// --- Limits. ---

// Allocates until the heap has no more memory, and returns the number of bytes.
std::uint64_t use_up(Heap& heap, std::size_t size, std::vector<void*>& objects) {
  std::uint64_t bytes = 0;
  while (void* const p = heap.allocate(size)) {
    objects.push_back(p);
    fill(static_cast<std::byte*>(p), size, objects.size());
    bytes += size;
  }
  return bytes;
}

class Limits : public testing::TestWithParam<std::size_t> {};

TEST_P(Limits, MemoryThatRunsOutCanBeHadAgainWhenItWasFreed) {
  const std::size_t size = GetParam();
  os::sim::Config config = os::sim::presets::windows_amd64();
  config.commit_limit = std::uint64_t{64} << 20;
  const port::PortSpec spec =
      port::spec(port::Release::k1_11, port::Goos::kWindows, port::Goarch::kAmd64);
  TouchableWorld world(config, spec);
  HeapOptions options;
  options.spec = spec;
  Heap heap;
  const Line why = heap.init(world.os(), options);
  ASSERT_EQ(why.view(), "");
  std::vector<void*> objects;
  const std::uint64_t first = use_up(heap, size, objects);
  EXPECT_GT(first, config.commit_limit / 2);
  EXPECT_NE(heap.last_failure().view(), "");
  EXPECT_EQ(heap.check().view(), "");
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto* const bytes = static_cast<std::byte*>(objects[i]);
    ASSERT_EQ(first_change(bytes, size, size, i + 1), size);
    heap.free(objects[i]);
  }
  heap.flush_thread();
  EXPECT_EQ(heap.statistics().heap_objects, 0U);

  // Uses the memory up the same way again, and then in other pieces.
  objects.clear();
  EXPECT_EQ(use_up(heap, size, objects), first);
  for (void* const p : objects) heap.free(p);
  objects.clear();
  heap.flush_thread();
  // The heap needs memory for the records of more spans.
  (void)heap.scavenge();
  EXPECT_GT(use_up(heap, 8192 * 3, objects), config.commit_limit / 2);
  EXPECT_EQ(heap.check().view(), "");
}

INSTANTIATE_TEST_SUITE_P(Sizes, Limits, testing::Values(64, 1000, 20'000, 100'000, 3'000'000),
                         [](const auto& tested) { return std::to_string(tested.param); });

TEST(Limits, OfAddressSpaceAreUsedUpByASparingHeap) {
  os::sim::Config config = os::sim::presets::linux_amd64();
  config.address_space_limit = std::uint64_t{8} << 20;
  HeapOptions options;
  options.pages.is_sparing = true;
  options.pages.record_window = std::uint64_t{64} << 30;
  options.spec = port::native_spec(port::native_release(), /*race=*/false);
  TouchableWorld world(config, options.spec);
  Heap heap;
  const Line why = heap.init(world.os(), options);
  ASSERT_EQ(why.view(), "");
  for (const std::size_t size : {100U, 20'000U, 300'000U}) {
    std::vector<void*> objects;
    EXPECT_GT(use_up(heap, size, objects), std::uint64_t{6} << 20) << size;
    EXPECT_NE(heap.last_failure().view().find("out of memory"), std::string_view::npos)
        << heap.last_failure().view();
    EXPECT_EQ(heap.check().view(), "");
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const auto* const bytes = static_cast<std::byte*>(objects[i]);
      ASSERT_EQ(first_change(bytes, size, size, i + 1), size);
      heap.free(objects[i]);
    }
    heap.flush_thread();
  }
  heap.destroy();
  EXPECT_EQ(world.os().bytes_held(), 0U);
}

TEST(Limits, OfAddressSpaceAreNoMemory) {
  os::sim::Config config = os::sim::presets::linux_amd64();
  config.address_space_limit = std::uint64_t{300} << 20;
  HeapOptions options;
  options.spec = port::native_spec(port::native_release(), /*race=*/false);
  TouchableWorld world(config, options.spec);
  Heap heap;
  const Line why = heap.init(world.os(), options);
  ASSERT_EQ(why.view(), "");
  std::vector<void*> objects;
  EXPECT_GT(use_up(heap, 1'000'000, objects), std::uint64_t{100} << 20);
  EXPECT_NE(heap.last_failure().view().find("out of memory"), std::string_view::npos)
      << heap.last_failure().view();
  heap.destroy();
  EXPECT_EQ(world.os().bytes_held(), 0U);
}

}  // namespace
}  // namespace Atoll::test
