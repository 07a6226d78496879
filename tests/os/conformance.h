// The conformance suite: tests of the contract in os/os.h. Each runs in every world; a backend that
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
  // The least multiple at which any reservation may begin.
  std::uint64_t unit() const { return machine.granularity; }
  // The tests count sizes in units, so that the parts of a reservation are aligned on every system.
  Range units(Address base, std::uint64_t first, std::uint64_t count) const {
    return {base + first * unit(), count * unit()};
  }

  // Each fails the test if the system refuses. The test may still pass its result on then.
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

  // Whether the call failed and its result is null.
  static ::testing::AssertionResult is_failure(const Allocation& allocation);
  // Whether it is a well-formed reservation. Gives it back.
  ::testing::AssertionResult is_sound(const Allocation& allocation, std::uint64_t size);

  // Three bytes stand for all of a page. If a unit has many pages, its first, second and last pages
  // stand for all of them, unless told otherwise.
  std::vector<Address> samples(Range range) const;
  void fill(Range range, std::uint8_t byte);
  ::testing::AssertionResult holds(Range range, std::uint8_t byte);
  // Whether every byte is zero or `byte`.
  ::testing::AssertionResult holds_or_is_zero(Range range, std::uint8_t byte);
  ::testing::AssertionResult faults(Range range);

  // Returns a free place, which stays free until something else takes it.
  Address free_place(std::uint64_t size);
  // Returns two adjacent reservations of `size` bytes, or none if the system never makes such.
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
