// Tests the proof in division_magic.h: its one comparison against every division that it is about.

#include <gtest/gtest.h>

#include "src/port/division_magic.h"

namespace Atoll::port {
namespace {

TEST(IsExact, AgreesWithEveryDivision) {
  for (std::uint64_t d = 1; d < 400; d += 2) {
    for (unsigned k = 0; k <= 20; ++k) {
      const std::uint64_t mul = ((std::uint64_t{1} << k) + d - 1) / d;
      bool exact = true;  // for all n seen so far
      for (std::uint64_t n = 0; n < 3000; ++n) {
        exact = exact && (n * mul) >> k == n / d;
        if (n < d - 1) continue;
        ASSERT_EQ(internal::is_exact(d, k, mul, n), exact) << d << ' ' << k << ' ' << n;
      }
    }
  }
}

}  // namespace
}  // namespace Atoll::port
