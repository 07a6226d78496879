// A set of ports in few words.

#include <gtest/gtest.h>

#include <vector>

#include "src/port/ports.h"
#include "tools/atoll/port_group.h"

namespace Atoll::tool {
namespace {

using port::Goarch;
using port::Goos;
using port::Port;

std::vector<Port> ports_of(port::Release release, auto wanted) {
  std::vector<Port> result;
  for (const port::PortRow& row : port::all_ports()) {
    const Port port{release, row.goos, row.goarch, false};
    if (exists(port) && wanted(port)) result.push_back(port);
  }
  return result;
}

class Group : public testing::Test {
 protected:
  static std::string describe(auto wanted) {
    const auto all = ports_of(port::Release::k1_11, [](const Port&) { return true; });
    return describe_group(ports_of(port::Release::k1_11, wanted), all);
  }
};

TEST_F(Group, IsNamedByWhatItHasInCommon) {
  EXPECT_EQ(describe([](const Port&) { return true; }), "all 39 ports");
  EXPECT_EQ(describe([](const Port& p) { return pointer_size(p.goarch) == 8; }),
            "all 64-bit ports");
  EXPECT_EQ(describe([](const Port& p) { return pointer_size(p.goarch) == 4; }),
            "all 32-bit ports");
  EXPECT_EQ(describe([](const Port& p) { return p.is(Goos::kPlan9); }), "plan9/*");
  EXPECT_EQ(describe([](const Port& p) { return p.is(Goos::kJs); }), "js/wasm");
}

TEST_F(Group, IsNamedByItsExceptions) {
  EXPECT_EQ(describe([](const Port& p) { return !p.is(Goarch::kWasm); }), "all ports but js/wasm");
  EXPECT_EQ(
      describe([](const Port& p) { return pointer_size(p.goarch) == 8 && !p.is(Goos::kWindows); }),
      "all 64-bit ports but windows/amd64");
}

TEST_F(Group, IsAListOtherwise) {
  EXPECT_EQ(describe([](const Port& p) { return p.is(Goarch::kArm64); }),
            "android/arm64 darwin/arm64 linux/arm64");
  EXPECT_EQ(describe([](const Port& p) {
              return p.is(Goos::kLinux) && (p.is(Goarch::kArm) || p.is(Goarch::k386));
            }),
            "linux/{386,arm}");
}

}  // namespace
}  // namespace Atoll::tool
