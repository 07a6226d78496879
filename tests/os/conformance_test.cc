// The worlds that the suite runs in.
#include "tests/os/conformance.h"

namespace Atoll::os::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Native, Conformance, ::testing::ValuesIn(native_worlds()), name_of);
INSTANTIATE_TEST_SUITE_P(Sim, Conformance, ::testing::ValuesIn(sim_worlds()), name_of);
INSTANTIATE_TEST_SUITE_P(Arm64, Conformance, ::testing::ValuesIn(arm64_worlds()), name_of);

}  // namespace
}  // namespace Atoll::os::test
