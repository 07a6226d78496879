// probe(), reserve() and release(): where memory lies.
#include <algorithm>
#include <initializer_list>

#include "tests/os/conformance.h"

namespace Atoll::os::test {

TEST_P(Conformance, ProbeTellsTheSameTwice) {
  const Machine again = os.probe();
  EXPECT_EQ(again.page_size, machine.page_size);
  EXPECT_EQ(again.granularity, machine.granularity);
  EXPECT_EQ(again.address_bits, machine.address_bits);
  EXPECT_EQ(again.end_of_data, machine.end_of_data);
  EXPECT_EQ(again.honours_hints, machine.honours_hints);
  EXPECT_EQ(again.releases_parts, machine.releases_parts);
  EXPECT_EQ(again.lazy_commit, machine.lazy_commit);
  EXPECT_EQ(again.can_shrink, machine.can_shrink);
  EXPECT_EQ(again.can_protect, machine.can_protect);
  EXPECT_EQ(again.linear_only, machine.linear_only);
  EXPECT_EQ(again.has_threads, machine.has_threads);
  EXPECT_EQ(os.huge_page_size(), os.huge_page_size());
  EXPECT_EQ(os.decommit_zeroes(), os.decommit_zeroes());
}

TEST_P(Conformance, ProbeIsSane) {
  EXPECT_TRUE(is_power_of_two(machine.page_size)) << machine.page_size;
  EXPECT_GE(machine.page_size, 4096u);
  EXPECT_TRUE(is_power_of_two(machine.granularity)) << machine.granularity;
  EXPECT_GE(machine.granularity, machine.page_size);
  if (const std::uint64_t huge = os.huge_page_size(); huge != 0) {
    EXPECT_TRUE(is_power_of_two(huge)) << huge;
    EXPECT_GT(huge, machine.page_size);
  }
  EXPECT_GE(machine.address_bits, 16u);
  EXPECT_LE(machine.address_bits, 64u);
  const std::uint64_t greatest = ~std::uint64_t{0} >> (64 - machine.address_bits);
  EXPECT_LE(machine.end_of_data.value(), greatest);
  EXPECT_LE(machine.program_break.value(), greatest);
  // Where memory only grows, a hint must not be below its end.
  EXPECT_TRUE(!machine.linear_only || !machine.program_break.is_null());
}

TEST_P(Conformance, ReservationsAreAlignedAndWithinTheAddressBits) {
  for (const std::uint64_t size : {page(), unit(), 3 * page(), 5 * unit(), 64 * unit()}) {
    EXPECT_TRUE(is_sound(os.reserve(Address(), size), size)) << size << " bytes";
  }
}

TEST_P(Conformance, ReservationsDoNotOverlap) {
  std::vector<Range> ranges;
  for (std::uint64_t i = 0; i < 24; ++i) ranges.push_back(reserve((1 + i % 5) * unit()));
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_FALSE(ranges[i].overlaps(ranges[j])) << i << ' ' << j;
  }
  for (const Range range : ranges) EXPECT_TRUE(release(range));
}

TEST_P(Conformance, ReservedMemoryFaults) {
  const Range range = reserve(4 * unit());
  // Without protection the test can only check that the memory is ours.
  if (machine.can_protect) {
    EXPECT_TRUE(faults({range.base, 2 * page()}));
    EXPECT_TRUE(faults({range.end() - page(), page()}));
  }
  EXPECT_TRUE(release(range));
}

TEST_P(Conformance, FreeHintIsTakenExactly) {
  const std::uint64_t size = 4 * unit();
  const Address hint = free_place(size);
  const Allocation allocation = os.reserve(hint, size);
  if (machine.honours_hints) {
    EXPECT_TRUE(allocation.ok());
    EXPECT_EQ(allocation.base, hint);
  } else if (machine.linear_only) {
    // The system substitutes nothing else.
    if (allocation.ok()) {
      EXPECT_EQ(allocation.base, hint);
    } else {
      EXPECT_TRUE(is_failure(allocation));
    }
  } else {
    EXPECT_TRUE(allocation.ok());
  }
  if (allocation.ok()) {
    EXPECT_TRUE(is_sound(allocation, size));
  }
}

TEST_P(Conformance, TakenHintNeverOverlaps) {
  const Range taken = reserve(8 * unit());
  for (const std::uint64_t offset : {std::uint64_t{0}, 3 * unit(), 7 * unit()}) {
    const Range wish{taken.base + offset, 4 * unit()};
    const Allocation allocation = os.reserve(wish.base, wish.size);
    if (machine.linear_only) {
      EXPECT_TRUE(is_failure(allocation));
    } else {
      ASSERT_TRUE(allocation.ok());
    }
    if (allocation.ok()) {
      EXPECT_FALSE(taken.overlaps({allocation.base, wish.size}));
      EXPECT_TRUE(is_sound(allocation, wish.size));
    }
  }
  EXPECT_TRUE(release(taken));
}

TEST_P(Conformance, ReadyMemoryIsNotDisturbedByAHint) {
  const Range range = reserve_ready(2 * unit());
  fill(range, 0x5a);
  const Allocation allocation = os.reserve(range.base, range.size);
  EXPECT_NE(allocation.base, range.base);
  EXPECT_TRUE(holds(range, 0x5a));
  if (allocation.ok()) {
    EXPECT_TRUE(is_sound(allocation, range.size));
  }
  EXPECT_TRUE(free(range));
}

TEST_P(Conformance, HintBeyondTheAddressBitsIsNotHonoured) {
  if (machine.address_bits == 64) return;  // there is no such hint
  const std::uint64_t limit = std::uint64_t{1} << machine.address_bits;
  for (const Address hint : {Address(limit), Address(limit) + 64 * unit()}) {
    const Allocation allocation = os.reserve(hint, unit());
    EXPECT_NE(allocation.base, hint);
    if (machine.linear_only) {
      EXPECT_TRUE(is_failure(allocation));
    } else {
      EXPECT_TRUE(is_sound(allocation, unit()));
    }
  }
}

// Asks for more than there is, in several ways. The backend must not cut a size to a pointer's
// width either.
TEST_P(Conformance, HugeSizesFailCleanly) {
  std::vector<std::uint64_t> sizes = {~std::uint64_t{0} - unit() + 1};
  if (machine.address_bits < 64) sizes.push_back(std::uint64_t{1} << 63);
  if (machine.address_bits < 63) {
    const std::uint64_t all = std::uint64_t{1} << machine.address_bits;
    sizes.insert(sizes.end(), {all, all + unit(), 2 * all});
  }
  for (const std::uint64_t size : sizes) {
    EXPECT_TRUE(is_failure(os.reserve(Address(), size))) << size << " bytes";
    EXPECT_TRUE(is_failure(os.alloc(size))) << size << " bytes";
    const Address hint(machine.linear_only ? 0 : 64 * unit());
    EXPECT_TRUE(is_failure(os.reserve(hint, size))) << size << " bytes at a hint";
  }
  // The failed calls lost none of the memory.
  EXPECT_TRUE(is_sound(os.reserve(Address(), 16 * unit()), 16 * unit()));
}

TEST_P(Conformance, BadSizesAreRefused) {
  const Range range = reserve_ready(2 * unit());
  fill(range, 0x5a);
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{1}, page() / 2, page() + 1, 2 * page() - 1}) {
    constexpr Failure kBad = Failure::kBadArgument;
    const Allocation reserved = os.reserve(Address(), size);
    EXPECT_TRUE(is_failure(reserved)) << size;
    EXPECT_EQ(reserved.status.failure, kBad) << size;
    const Allocation allocated = os.alloc(size);
    EXPECT_TRUE(is_failure(allocated)) << size;
    EXPECT_EQ(allocated.status.failure, kBad) << size;
    EXPECT_EQ(os.release(range.base, size).failure, kBad) << size;
    EXPECT_EQ(os.map(range.base, size).failure, kBad) << size;
    EXPECT_EQ(os.used(range.base, size).failure, kBad) << size;
    EXPECT_EQ(os.unused(range.base, size).failure, kBad) << size;
    EXPECT_EQ(os.fault(range.base, size).failure,
              machine.can_protect ? kBad : os.fault(range.base, size).failure)
        << size;
    EXPECT_FALSE(os.fault(range.base, size).ok()) << size;
    EXPECT_EQ(os.free(range.base, size).failure, kBad) << size;
  }
  EXPECT_TRUE(holds(range, 0x5a));
  EXPECT_TRUE(free(range));
}

TEST_P(Conformance, UnalignedAndWrappingRangesAreRefused) {
  const Range range = reserve_ready(4 * unit());
  fill(range, 0x5a);
  const Address at_the_end(~std::uint64_t{0} - page() + 1);
  for (const Range bad : {Range{range.base + 1, page()}, Range{range.base + page() / 2, page()},
                          Range{range.base + page() - 1, 2 * page()}, Range{at_the_end, 2 * page()},
                          Range{range.base, ~std::uint64_t{0} - page() + 1}}) {
    constexpr Failure kBad = Failure::kBadArgument;
    EXPECT_EQ(os.release(bad.base, bad.size).failure, kBad);
    EXPECT_EQ(os.map(bad.base, bad.size).failure, kBad);
    EXPECT_EQ(os.used(bad.base, bad.size).failure, kBad);
    EXPECT_EQ(os.unused(bad.base, bad.size).failure, kBad);
    const Failure faulted = os.fault(bad.base, bad.size).failure;
    EXPECT_TRUE(faulted == kBad || (!machine.can_protect && faulted == Failure::kUnsupported));
    EXPECT_EQ(os.free(bad.base, bad.size).failure, kBad);
  }
  EXPECT_TRUE(holds(range, 0x5a));
  EXPECT_TRUE(free(range));
}

// A narrow system must not drop the upper half of an address: the lower half may be somebody's
// address.
TEST_P(Conformance, AddressesBeyondTheAddressBitsAreNobodys) {
  if (machine.address_bits == 64) return;  // there are no such addresses
  const Range range = reserve_ready(unit());
  fill(range, 0x5a);
  const Address beyond = range.base + (std::uint64_t{1} << machine.address_bits);
  EXPECT_FALSE(os.release(beyond, range.size).ok());
  EXPECT_FALSE(os.map(beyond, range.size).ok());
  (void)os.used(beyond, range.size);    // may have nothing to do, and so refuse nothing
  (void)os.unused(beyond, range.size);  // some systems take this as advice only
  EXPECT_FALSE(os.fault(beyond, range.size).ok());
  EXPECT_FALSE(os.free(beyond, range.size).ok());
  EXPECT_TRUE(holds(range, 0x5a));
  EXPECT_TRUE(free(range));
}

TEST_P(Conformance, PartsOfAReservationAreReleasedOrNot) {
  const Range range = reserve(8 * unit());
  const Range middle = units(range.base, 2, 3);
  const Range head = units(range.base, 0, 2);
  const Range tail = units(range.base, 5, 3);
  if (!machine.releases_parts) {
    for (const Range part : {middle, head, tail, Range{range.base, page()}}) {
      EXPECT_FALSE(release(part));
      EXPECT_FALSE(free(part));
    }
    EXPECT_TRUE(map(range)) << "a refusal changes nothing";
    EXPECT_TRUE(free(range));
    return;
  }
  EXPECT_TRUE(release(middle));
  // The rest is unchanged, and can also be released in pieces of a page.
  for (const Range part : {head, tail}) {
    EXPECT_TRUE(map(part));
    EXPECT_TRUE(used(part));
    EXPECT_TRUE(holds(part, 0));
  }
  const Range first{head.base, page()};
  const Range rest{head.base + page(), head.size - page()};
  EXPECT_TRUE(free(first));
  EXPECT_TRUE(holds(tail, 0));
  if (rest.size != 0) {
    EXPECT_TRUE(free(rest));
  }
  EXPECT_TRUE(free(tail));
}

TEST_P(Conformance, ReleasedPlaceCanBeHadAgain) {
  if (machine.honours_hints && !machine.linear_only) {
    const Address place = free_place(4 * unit());
    for (int round = 0; round < 3; ++round) {
      const Allocation again = os.reserve(place, 4 * unit());
      ASSERT_TRUE(again.ok());
      EXPECT_EQ(again.base, place);
      EXPECT_TRUE(release({again.base, 4 * unit()}));
    }
    return;
  }
  // If no hint can ask for the place again, it must at least not leak: the test would notice a
  // segment that grows by 1 MiB or more each round.
  const std::uint64_t size = round_up(std::uint64_t{1} << 20, unit());
  Address highest;
  Address lowest(~std::uint64_t{0});
  for (int round = 0; round < 64; ++round) {
    const Range range = reserve(size);
    highest = std::max(highest, range.base);
    lowest = std::min(lowest, range.base);
    EXPECT_TRUE(round % 2 == 0 ? release(range) : free(range));
  }
  if (machine.linear_only) {
    EXPECT_LE(highest - lowest, 4 * size);
  }
}

}  // namespace Atoll::os::test
