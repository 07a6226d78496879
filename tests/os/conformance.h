// The conformance suite: what os/os.h says, as tests. Each runs in every world; a backend that
// passes under "Native/" is done.
//
// If a system has a capability, the tests assert what it grants; if not, they assert the opposite.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "os/base/address.h"
#include "os/base/bits.h"
#include "os/os.h"
#include "tests/os/world.h"

namespace Atoll::os::test {

class Conformance : public ::testing::TestWithParam<WorldMaker> {
 protected:
  Conformance()
      : world_(GetParam().make(GetParam().choice)), os(world_->os()), machine(os.probe()) {}

  void TearDown() override {
    if (!HasFailure()) {
      EXPECT_EQ(world_->bytes_held(), 0u) << "a test gives everything back";
    }
  }

  std::uint64_t page() const { return machine.page_size; }
  // The least that any reservation may begin at a multiple of.
  std::uint64_t unit() const { return machine.granularity; }
  // Sizes are counted in units, so that a reservation's parts are aligned for every system.
  Range units(Address base, std::uint64_t first, std::uint64_t count) const {
    return {base + first * unit(), count * unit()};
  }

  // Each fails the test if the system refuses; its result may still be passed on then.
  Range reserve(std::uint64_t size);
  Range reserve_ready(std::uint64_t size);
  Range alloc(std::uint64_t size);
  Range nobodys(std::uint64_t size) const;

  static ::testing::AssertionResult succeeded(Status status);
  ::testing::AssertionResult map(Range r) { return succeeded(os.map(r.base, r.size)); }
  ::testing::AssertionResult used(Range r) { return succeeded(os.used(r.base, r.size)); }
  ::testing::AssertionResult unused(Range r) { return succeeded(os.unused(r.base, r.size)); }
  ::testing::AssertionResult fault(Range r) { return succeeded(os.fault(r.base, r.size)); }
  ::testing::AssertionResult release(Range r) { return succeeded(os.release(r.base, r.size)); }
  ::testing::AssertionResult free(Range r) { return succeeded(os.free(r.base, r.size)); }

  // Whether it failed and is null.
  static ::testing::AssertionResult is_failure(const Allocation& allocation);
  // A well-formed reservation; it is given back.
  ::testing::AssertionResult is_sound(const Allocation& allocation, std::uint64_t size);

  // Three bytes of a page stand for all of it; and where a unit has many pages, the first, the
  // second and the last stand for all of them, unless told otherwise.
  std::vector<Address> samples(Range range) const;
  void fill(Range range, std::uint8_t byte);
  ::testing::AssertionResult holds(Range range, std::uint8_t byte);
  // Zero or `byte`, byte by byte.
  ::testing::AssertionResult holds_or_is_zero(Range range, std::uint8_t byte);
  ::testing::AssertionResult faults(Range range);

  // A free place, which stays free until something else takes it.
  Address free_place(std::uint64_t size);
  // Two reservations of `size` bytes side by side, or none if the system never does that.
  std::vector<Range> neighbours(std::uint64_t size);

  World& world() { return *world_; }

  bool samples_every_page = false;

 private:
  std::unique_ptr<World> world_;

 protected:
  Os& os;
  const Machine machine;
};

}  // namespace Atoll::os::test
