// The walk on the system that this program runs on.
#include <gtest/gtest.h>

#include "os/os.h"
#include "src/pages/arena_space.h"
#include "src/pages/physical_page.h"

namespace Atoll::pages {
namespace {

class NativeArenas : public ::testing::TestWithParam<port::Release> {};

TEST_P(NativeArenas, AreRealMemory) {
  if (!port::has_port(GetParam(), port::kNativeGoos, port::kNativeGoarch)) {
    EXPECT_LT(GetParam(), port::native_release()) << "only releases before the port existed";
    return;
  }
  os::Os& os = os::native();
  const os::Machine machine = os.probe();
  const port::PortSpec spec = port::native_spec(GetParam());
  EXPECT_EQ(check_physical_page(spec, machine), std::nullopt);
  EXPECT_EQ(check_huge_page(spec, os), std::nullopt);

  ArenaSpace arenas(os, machine, spec);
  arenas.init();
  std::array<Growth, 3> growths;
  for (Growth& growth : growths) {
    growth = arenas.grow(1);
    ASSERT_TRUE(growth.ok()) << explain(growth).view();
    EXPECT_TRUE(growth.region.base.is_aligned(spec.heap_arena_bytes));
    if (spec.since(port::Release::k1_17)) {
      ASSERT_TRUE(os.map(growth.region.base, growth.region.size).ok());
    }
    for (const Address place : {growth.region.base, growth.region.last()}) {
      ASSERT_TRUE(os.used(place.aligned_down(machine.page_size), machine.page_size).ok());
      auto* byte = static_cast<volatile unsigned char*>(place.pointer());
      EXPECT_EQ(*byte, 0);
      *byte = 0xa5;
      EXPECT_EQ(*byte, 0xa5);
    }
  }
  EXPECT_FALSE(growths[0].region.overlaps(growths[1].region));
  EXPECT_FALSE(growths[0].region.overlaps(growths[2].region));
  EXPECT_FALSE(growths[1].region.overlaps(growths[2].region));

  // Gives everything back, for the next release.
  if (spec.uses_32_bit_start()) {
    const Range reserved = arenas.arena_range();
    for (const Growth& growth : growths) {
      if (!reserved.contains(growth.region)) (void)os.free(growth.region.base, growth.region.size);
    }
    if (!reserved.is_empty()) {
      EXPECT_TRUE(os.free(reserved.base, reserved.size).ok());
    }
    const Range metadata = arenas.metadata_range();
    if (!metadata.is_empty()) {
      EXPECT_TRUE(os.free(metadata.base, metadata.size).ok());
    }
  } else {
    for (const Growth& growth : growths) {
      EXPECT_TRUE(os.free(growth.region.base, growth.region.size).ok());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Releases, NativeArenas,
                         ::testing::Values(port::Release::k1_11, port::Release::k1_14,
                                           port::Release::k1_17, port::Release::k1_21,
                                           port::Release::k1_24, port::Release::k1_27));

}  // namespace
}  // namespace Atoll::pages
