// A real arm64 program with 39-bit addresses (emulated), where arm64's hint fits and amd64's does
// not.
#include <gtest/gtest.h>

#include "os/os.h"
#include "src/pages/arena_space.h"

namespace Atoll::pages {
namespace {

using port::Goarch;
using port::Goos;
using port::Release;

class Address39 : public ::testing::Test {
 protected:
  Growth grow_as(Goarch goarch) {
    const port::PortSpec spec = port::spec(Release::k1_11, Goos::kLinux, goarch);
    ArenaSpace arenas(os::native(), machine_, spec);
    arenas.init();
    const Growth growth = arenas.grow(1);
    if (growth.ok()) {
      // The address space is really there.
      EXPECT_TRUE(os::native().used(growth.region.base, machine_.page_size).ok());
      *static_cast<volatile char*>(growth.region.base.pointer()) = 1;
      EXPECT_TRUE(os::native().free(growth.region.base, growth.region.size).ok());
    }
    return growth;
  }

  const os::Machine machine_ = os::native().probe();
};

TEST_F(Address39, TheProbeFindsTheWidth) { EXPECT_EQ(machine_.address_bits, 39U); }

TEST_F(Address39, Arm64sHintIsTaken) {
  EXPECT_EQ(grow_as(Goarch::kArm64).region.base, Address(0x40'0000'0000));
}

TEST_F(Address39, Amd64sHintsAreRefusedAndTheWalkFallsBack) {
  const Growth growth = grow_as(Goarch::kAmd64);
  ASSERT_TRUE(growth.ok()) << explain(growth).view();
  EXPECT_NE(growth.region.base, Address(0xc0'0000'0000));
  EXPECT_LT(growth.region.last(), Address(std::uint64_t{1} << 39));
}

}  // namespace
}  // namespace Atoll::pages
