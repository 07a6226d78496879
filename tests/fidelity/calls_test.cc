// A fresh heap makes the calls of the program's own system that Go makes.
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>

#include "os/os.h"
#include "tests/fidelity/call_rules.h"
#include "tests/fidelity/traced_heap.h"

namespace Atoll::test {
namespace {

class Calls : public testing::TestWithParam<port::Release> {};

TEST_P(Calls, AreThoseOfGo) {
  const port::PortSpec own = port::native_spec();
  if (!port::has_port(GetParam(), own.goos, own.goarch)) GTEST_SKIP() << "no port in this release";
  const auto heap = std::make_unique<TracedHeap>(os::native(), port::native_spec(GetParam()));
  ASSERT_EQ(heap->failure(), "");
  CallRules rules(*heap);
  {
    SCOPED_TRACE("init");
    rules.init();
    rules.end();
  }
  Range region;
  {
    SCOPED_TRACE("the first growth");
    ASSERT_NE(heap->heap().allocate(100), nullptr);
    region = rules.first_growth();
    rules.end();
  }
  {
    SCOPED_TRACE("no growth");
    ASSERT_NE(heap->heap().allocate(100), nullptr);
    rules.end();
  }
  {
    SCOPED_TRACE("the second growth");
    ASSERT_NE(heap->heap().allocate(static_cast<std::size_t>(region.size)), nullptr);
    rules.second_growth(region);
    rules.end();
  }
}

INSTANTIATE_TEST_SUITE_P(EveryRelease, Calls, testing::ValuesIn(port::kReleases), name_of_release);

}  // namespace
}  // namespace Atoll::test
