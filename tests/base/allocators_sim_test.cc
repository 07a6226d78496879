// The allocators over every simulated system: the memory that they hold, by the simulation's books.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "os/decorators/fault_injection.h"
#include "src/base/fixed_alloc.h"
#include "src/base/persistent_alloc.h"
#include "tests/sim_memory/systems.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::test {
namespace {

class EverySystem : public ::testing::TestWithParam<System> {};

TEST_P(EverySystem, WhicheverCallFailsNothingIsLeftBehind) {
  for (std::uint32_t k = 0; k < 20; ++k) {
    TouchableWorld world(GetParam().preset, GetParam().spec);
    os::FaultInjectionOs os(world.os());
    const Platform platform = world.platform(os);
    MemoryCounters counters;
    PersistentAlloc memory;
    memory.init(platform, counters);
    FixedAlloc records;
    records.init(memory, platform.spec.release, 96, MemoryKind::kSpans);

    os.fail_call(k);
    bool has_failed = false;
    const auto take = [&](auto alloc, std::size_t size) {
      void* record = alloc();
      if (record == nullptr) {
        EXPECT_FALSE(has_failed);
        has_failed = true;
        record = alloc();
      }
      ASSERT_NE(record, nullptr);
      const Address address = platform.address(record);
      EXPECT_TRUE(world.os().space().is_all({address, size}, os::sim::State::kReady));
      EXPECT_EQ(platform.pointer(address), record);
      std::memset(record, 0xa5, size);
    };
    for (int i = 0; i < 400; ++i) take([&] { return records.alloc(); }, 96);
    for (const std::size_t size : {60000U, 60000U, 100000U, 60000U, 60000U, 70000U, 60000U}) {
      take([&] { return memory.alloc(size, 8, MemoryKind::kGc); }, size);
    }
    EXPECT_EQ(has_failed, os.failed_calls() == 1);

    os.fail_nothing();
    memory.release_all();
    EXPECT_EQ(world.os().bytes_held(), 0U) << "call " << k << " failed";
    EXPECT_EQ(world.os().misuses(), 0U);
    EXPECT_EQ(world.memory().bytes_mapped(), 0U);
    if (k != 0 && !has_failed) return;
  }
  FAIL() << "there is always another call";
}

INSTANTIATE_TEST_SUITE_P(Presets, EverySystem, ::testing::ValuesIn(kSystems),
                         [](const auto& system) { return std::string(system.param.preset.name); });

}  // namespace
}  // namespace Atoll::test
