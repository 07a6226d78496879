// In a fresh heap over the program's own system every object and every stack lies where Go would
// put it.
//
// Releases from 1.14 have another page allocator in Go: it sets 64 pages aside for each processor,
// so that a span of several pages begins behind them rather than across their end. Atoll has the
// older releases' order of pages in all of them; what differs here are the size classes and the
// arenas.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "os/os.h"
#include "tests/fidelity/script.h"
#include "tests/fidelity/traced_heap.h"

namespace Atoll::test {
namespace {

class Addresses : public testing::TestWithParam<port::Release> {
 protected:
  void SetUp() override {
    const port::PortSpec own = port::native_spec();
    if (!port::has_port(GetParam(), own.goos, own.goarch)) {
      GTEST_SKIP() << "no port in this release";
    }
    heap_ = std::make_unique<TracedHeap>(os::native(), port::native_spec(GetParam()));
  }
  std::unique_ptr<TracedHeap> heap_;
};

TEST_P(Addresses, AreThoseOfGo) { expect_addresses(*heap_, 1); }

INSTANTIATE_TEST_SUITE_P(EveryRelease, Addresses, testing::ValuesIn(kTestedReleases),
                         name_of_release);

}  // namespace
}  // namespace Atoll::test
