// map, used, unused, fault, alloc, free: which memory is zero, keeps its contents, or faults.
#include "tests/os/conformance.h"

namespace Atoll::os::test {

TEST_P(Conformance, MappedAndUsedMemoryIsZeroAndWritable) {
  const Range range = reserve(4 * unit());
  EXPECT_TRUE(map(range));
  EXPECT_TRUE(used(range));
  EXPECT_TRUE(holds(range, 0));
  fill(range, 0xa5);
  EXPECT_TRUE(holds(range, 0xa5));
  EXPECT_TRUE(free(range));
}

TEST_P(Conformance, PartsOfAReservationAreMappedAlone) {
  const Range range = reserve(6 * unit());
  const Range part = units(range.base, 2, 2);
  EXPECT_TRUE(map(part));
  const Range page_of_it{part.base + part.size - page(), page()};
  EXPECT_TRUE(used(page_of_it));
  EXPECT_TRUE(holds(page_of_it, 0));
  if (machine.can_protect) {
    EXPECT_TRUE(faults({part.base - page(), page()}));
    EXPECT_TRUE(faults({part.end(), page()}));
  }
  EXPECT_TRUE(used(part));
  EXPECT_TRUE(holds(part, 0));
  EXPECT_TRUE(free(range)) << "all states at once";
}

TEST_P(Conformance, UsedIsIdempotent) {
  const Range range = reserve_ready(2 * unit());
  fill(range, 0x11);
  EXPECT_TRUE(used(range));
  EXPECT_TRUE(used({range.base, page()}));
  EXPECT_TRUE(holds(range, 0x11));
  EXPECT_TRUE(free(range));
}

TEST_P(Conformance, UnusedThenUsedReadsAsTold) {
  const Range range = reserve_ready(4 * unit());
  fill(range, 0x22);
  EXPECT_TRUE(unused(range));
  EXPECT_TRUE(used(range));
  if (os.decommit_zeroes()) {
    EXPECT_TRUE(holds(range, 0));
  } else {
    EXPECT_TRUE(holds_or_is_zero(range, 0x22));
  }
  fill(range, 0x33);
  EXPECT_TRUE(holds(range, 0x33));
  EXPECT_TRUE(free(range));
}

TEST_P(Conformance, UnusedIsIdempotent) {
  const Range range = reserve(4 * unit());
  EXPECT_TRUE(map(range));
  EXPECT_TRUE(unused(range)) << "it never was used";
  EXPECT_TRUE(used(range));
  EXPECT_TRUE(holds(range, 0));
  EXPECT_TRUE(unused(range));
  EXPECT_TRUE(unused({range.base, page()}));
  EXPECT_TRUE(unused(range));
  EXPECT_TRUE(used(range));
  EXPECT_TRUE(holds(range, 0));
  EXPECT_TRUE(free(range));
}

TEST_P(Conformance, UnusedLeavesNeighboursAlone) {
  const Range range = reserve_ready(3 * unit());
  fill(range, 0x44);
  const Range head = units(range.base, 0, 1);
  const Range middle = units(range.base, 1, 1);
  const Range tail = units(range.base, 2, 1);
  EXPECT_TRUE(unused(middle));
  EXPECT_TRUE(holds(head, 0x44));
  EXPECT_TRUE(holds(tail, 0x44));
  EXPECT_TRUE(used(range)) << "Ready and Prepared side by side";
  EXPECT_TRUE(holds(head, 0x44));
  EXPECT_TRUE(holds_or_is_zero(middle, 0x44));
  EXPECT_TRUE(holds(tail, 0x44));
  EXPECT_TRUE(free(range));
}

TEST_P(Conformance, FaultTakesContentsAwayAndProtects) {
  const Range range = reserve_ready(3 * unit());
  fill(range, 0x55);
  const Range middle = units(range.base, 1, 1);
  if (!machine.can_protect) {
    EXPECT_EQ(os.fault(middle.base, middle.size).failure, Failure::kUnsupported);
    EXPECT_TRUE(holds(range, 0x55)) << "a refusal changes nothing";
    EXPECT_TRUE(free(range));
    return;
  }
  EXPECT_TRUE(fault(middle));
  EXPECT_TRUE(faults(middle));
  EXPECT_TRUE(holds(units(range.base, 0, 1), 0x55));
  EXPECT_TRUE(holds(units(range.base, 2, 1), 0x55));
  EXPECT_TRUE(map(middle)) << "it is Reserved again";
  EXPECT_TRUE(used(middle));
  EXPECT_TRUE(holds(middle, 0));
  EXPECT_TRUE(free(range));
}

TEST_P(Conformance, FaultTakesPreparedMemoryToo) {
  const Range range = reserve(2 * unit());
  EXPECT_TRUE(map(range));
  if (machine.can_protect) {
    EXPECT_TRUE(fault(range));
    EXPECT_TRUE(faults(range));
    EXPECT_TRUE(release(range)) << "it is Reserved again";
  } else {
    EXPECT_EQ(os.fault(range.base, range.size).failure, Failure::kUnsupported);
    EXPECT_TRUE(free(range));
  }
}

TEST_P(Conformance, CallsSpanNeighbouringReservations) {
  const std::vector<Range> pair = neighbours(4 * unit());
  ASSERT_FALSE(HasFailure());
  if (pair.empty()) {
    GTEST_SKIP() << "this system never put two reservations side by side, and takes no hints";
  }
  const Range both{pair[0].base, pair[0].size + pair[1].size};
  const Range across{both.base + 3 * unit(), 2 * unit()};
  EXPECT_TRUE(map(both));
  EXPECT_TRUE(used(across));
  EXPECT_TRUE(holds(across, 0));
  fill(across, 0x66);
  EXPECT_TRUE(used(both));
  EXPECT_TRUE(holds(across, 0x66));
  fill(both, 0x77);
  EXPECT_TRUE(unused(across));
  EXPECT_TRUE(used(across));
  EXPECT_TRUE(holds_or_is_zero(across, 0x77));
  EXPECT_TRUE(holds(units(both.base, 0, 3), 0x77));
  EXPECT_TRUE(holds(units(both.base, 5, 3), 0x77));
  if (machine.can_protect) {
    EXPECT_TRUE(fault(across));
    EXPECT_TRUE(faults(across));
    EXPECT_TRUE(holds(units(both.base, 0, 3), 0x77));
    EXPECT_TRUE(holds(units(both.base, 5, 3), 0x77));
  }
  for (const Range one : pair) EXPECT_TRUE(free(one));
}

TEST_P(Conformance, AllocIsReadyAndZero) {
  for (const std::uint64_t size : {page(), unit(), 3 * page(), 4 * unit()}) {
    const Range range = alloc(size);
    EXPECT_TRUE(range.base.is_aligned(page()));
    EXPECT_TRUE(holds(range, 0)) << size;
    fill(range, 0x88);
    EXPECT_TRUE(holds(range, 0x88)) << size;
    EXPECT_TRUE(free(range));
  }
}

TEST_P(Conformance, AllocTakesTheSameCallsAsReadyMemory) {
  const Range range = alloc(3 * unit());
  fill(range, 0x99);
  const Range middle = units(range.base, 1, 1);
  EXPECT_TRUE(used(range));
  EXPECT_TRUE(holds(range, 0x99));
  EXPECT_TRUE(unused(middle));
  EXPECT_TRUE(used(middle));
  EXPECT_TRUE(holds_or_is_zero(middle, 0x99));
  EXPECT_TRUE(free(range));
}

// A reservation may lie at the same place as the one before.
TEST_P(Conformance, RecycledMemoryIsZero) {
  for (int round = 0; round < 4; ++round) {
    const Range range = alloc(2 * unit());
    EXPECT_TRUE(holds(range, 0)) << round;
    fill(range, 0xaa);
    EXPECT_TRUE(free(range));
    const Range other = reserve_ready(2 * unit());
    EXPECT_TRUE(holds(other, 0)) << round;
    fill(other, 0xbb);
    EXPECT_TRUE(free(other));
  }
  if (!machine.honours_hints || machine.linear_only) return;
  const Address place = free_place(2 * unit());
  for (int round = 0; round < 3; ++round) {
    const Allocation allocation = os.reserve(place, 2 * unit());
    ASSERT_EQ(allocation.base, place);
    const Range range{place, 2 * unit()};
    EXPECT_TRUE(map(range));
    EXPECT_TRUE(used(range));
    EXPECT_TRUE(holds(range, 0)) << round;
    fill(range, 0xcc);
    EXPECT_TRUE(free(range));
  }
}

TEST_P(Conformance, FreeTakesEveryState) {
  EXPECT_TRUE(free(reserve(2 * unit())));
  const Range prepared = reserve(2 * unit());
  EXPECT_TRUE(map(prepared));
  EXPECT_TRUE(free(prepared));
  EXPECT_TRUE(free(reserve_ready(2 * unit())));
  const Range dropped = reserve_ready(2 * unit());
  EXPECT_TRUE(unused(dropped));
  EXPECT_TRUE(free(dropped));
  if (machine.can_protect) {
    const Range faulted = reserve_ready(2 * unit());
    EXPECT_TRUE(fault(faulted));
    EXPECT_TRUE(free(faulted));
  }
  EXPECT_TRUE(free(alloc(2 * unit())));
}

TEST_P(Conformance, PartsOfReadyMemoryAreFreedOrNot) {
  for (const bool allocated : {false, true}) {
    const Range range = allocated ? alloc(4 * unit()) : reserve_ready(4 * unit());
    fill(range, 0xdd);
    const Range middle = units(range.base, 1, 2);
    const Range head = units(range.base, 0, 1);
    const Range tail = units(range.base, 3, 1);
    if (machine.releases_parts) {
      EXPECT_TRUE(free(middle));
      EXPECT_TRUE(holds(head, 0xdd));
      EXPECT_TRUE(holds(tail, 0xdd));
      EXPECT_TRUE(free(head));
      EXPECT_TRUE(free(tail));
    } else {
      for (const Range part : {head, middle, tail}) EXPECT_FALSE(free(part));
      EXPECT_TRUE(holds(range, 0xdd)) << "a refusal changes nothing";
      EXPECT_TRUE(free(range));
    }
  }
}

}  // namespace Atoll::os::test
