#include "tests/os/conformance.h"

namespace Atoll::os::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Native, Conformance, ::testing::ValuesIn(native_worlds()), name_of);

}  // namespace
}  // namespace Atoll::os::test
