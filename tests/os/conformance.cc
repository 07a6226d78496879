#include "tests/os/conformance.h"

#include <string>

namespace Atoll::os::test {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

namespace {

struct Hex {
  std::uint64_t value;
};

std::ostream& operator<<(std::ostream& out, Hex hex) {
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[hex.value % 16]);
    hex.value /= 16;
  } while (hex.value != 0);
  return out << "0x" << digits;
}

}  // namespace

AssertionResult Conformance::succeeded(Status status) {
  if (status.ok()) return AssertionSuccess();
  return AssertionFailure() << describe(status.failure) << " (" << status.native_code << ")";
}

AssertionResult Conformance::is_failure(const Allocation& allocation) {
  if (allocation.ok())
    return AssertionFailure() << "did not fail: " << Hex{allocation.base.value()};
  if (!allocation.base.is_null()) return AssertionFailure() << "failed, but is not null";
  return AssertionSuccess();
}

// The result after a failed call. Calls that touch it or get it as an argument fail as well, and do
// no harm.
Range Conformance::nobodys(std::uint64_t size) const {
  return {Address() - size - 16 * unit(), size};
}

Range Conformance::reserve(std::uint64_t size) {
  const Allocation allocation = os.reserve(Address(), size);
  EXPECT_TRUE(succeeded(allocation.status)) << size << " bytes";
  EXPECT_EQ(allocation.base.is_null(), !allocation.ok());
  return allocation.base.is_null() ? nobodys(size) : Range{allocation.base, size};
}

Range Conformance::reserve_ready(std::uint64_t size) {
  const Range range = reserve(size);
  EXPECT_TRUE(map(range));
  EXPECT_TRUE(used(range));
  return range;
}

Range Conformance::alloc(std::uint64_t size) {
  const Allocation allocation = os.alloc(size);
  EXPECT_TRUE(succeeded(allocation.status)) << size << " bytes";
  EXPECT_EQ(allocation.base.is_null(), !allocation.ok());
  return allocation.base.is_null() ? nobodys(size) : Range{allocation.base, size};
}

AssertionResult Conformance::is_sound(const Allocation& allocation, std::uint64_t size) {
  if (!allocation.ok()) return succeeded(allocation.status);
  const Range range{allocation.base, size};
  if (range.base.is_null()) return AssertionFailure() << "null, but did not fail";
  const AssertionResult released = release(range);
  if (!range.base.is_aligned(unit())) {
    return AssertionFailure() << Hex{range.base.value()} << " is not aligned";
  }
  const std::uint64_t greatest = ~std::uint64_t{0} >> (64 - machine.address_bits);
  if (range.wraps() || range.last().value() > greatest) {
    return AssertionFailure() << Hex{range.base.value()} << " is beyond " << machine.address_bits
                              << " bits";
  }
  return released;
}

std::vector<Address> Conformance::samples(Range range) const {
  std::vector<Address> addresses;
  for (std::uint64_t offset = 0; offset < range.size; offset += page()) {
    const Address start = range.base + offset;
    const std::uint64_t in_unit = start - start.aligned_down(unit());
    const bool is_sample = in_unit <= page() || in_unit == unit() - page();
    if (!is_sample && !samples_every_page) continue;
    addresses.insert(addresses.end(), {start, start + page() / 2 + 1, start + page() - 1});
  }
  return addresses;
}

void Conformance::fill(Range range, std::uint8_t byte) {
  for (const Address address : samples(range)) {
    ASSERT_TRUE(world().write(address, byte)) << Hex{address.value()} << " faults";
  }
}

AssertionResult Conformance::holds(Range range, std::uint8_t byte) {
  for (const Address address : samples(range)) {
    const auto found = world().read(address);
    if (!found.has_value()) return AssertionFailure() << Hex{address.value()} << " faults";
    if (*found != byte) {
      return AssertionFailure() << Hex{address.value()} << " holds " << Hex{*found} << ", not "
                                << Hex{byte};
    }
  }
  return AssertionSuccess();
}

AssertionResult Conformance::holds_or_is_zero(Range range, std::uint8_t byte) {
  for (const Address address : samples(range)) {
    const auto found = world().read(address);
    if (!found.has_value()) return AssertionFailure() << Hex{address.value()} << " faults";
    if (*found != byte && *found != 0) {
      return AssertionFailure() << Hex{address.value()} << " holds " << Hex{*found};
    }
  }
  return AssertionSuccess();
}

AssertionResult Conformance::faults(Range range) {
  for (const Address address : samples(range)) {
    if (world().read(address).has_value() || world().write(address, 1)) {
      return AssertionFailure() << Hex{address.value()} << " does not fault";
    }
  }
  return AssertionSuccess();
}

Address Conformance::free_place(std::uint64_t size) {
  const std::uint64_t margin = 16 * unit();
  if (machine.linear_only) {
    // Hints can succeed only past the end, however far that has moved.
    const Address end = os.probe().program_break;
    EXPECT_FALSE(end.is_null());
    return end.aligned_up(unit()) + margin;
  }
  // Takes the middle of a larger free range: the system would choose either end by itself.
  const Range whole = reserve(size + 2 * margin);
  EXPECT_TRUE(release(whole));
  return whole.base + margin;
}

std::vector<Range> Conformance::neighbours(std::uint64_t size) {
  if (machine.honours_hints) {
    const Address place = free_place(2 * size);
    const Allocation low = os.reserve(place, size);
    const Allocation high = os.reserve(place + size, size);
    EXPECT_EQ(low.base, place);
    EXPECT_EQ(high.base, place + size);
    if (!low.ok() || !high.ok() || low.base + size != high.base) return {};
    return {{low.base, size}, {high.base, size}};
  }
  std::vector<Range> pair;
  std::vector<Range> others;
  for (int attempt = 0; attempt < 16 && pair.empty(); ++attempt) {
    const Range latest = reserve(size);
    for (auto it = others.begin(); it != others.end() && pair.empty(); ++it) {
      if (it->end() == latest.base) pair = {*it, latest};
      if (latest.end() == it->base) pair = {latest, *it};
      if (!pair.empty()) {
        others.erase(it);
        break;
      }
    }
    if (pair.empty()) others.push_back(latest);
  }
  for (const Range range : others) EXPECT_TRUE(release(range));
  return pair;
}

}  // namespace Atoll::os::test
