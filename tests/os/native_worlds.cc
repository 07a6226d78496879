#include "src/port/native.h"
#include "tests/os/decorated.h"
#include "tests/os/other_systems.h"
#include "tests/os/process_world.h"

namespace Atoll::os::test {
namespace {

template <Os& (*kSystem)(), Told kTold>
std::unique_ptr<World> make(std::size_t) {
  return std::make_unique<ProcessWorld<kSystem, kTold>>();
}

template <Os& (*kSystem)(), Told kTold>
std::unique_ptr<World> make_decorated(std::size_t decorator) {
  return decorate(make<kSystem, kTold>(0), decorator);
}

// `prefix` comes before the decorators' names.
template <Os& (*kSystem)(), Told kTold>
void add_worlds(const std::string& name, const std::string& prefix,
                std::vector<WorldMaker>& worlds) {
  worlds.push_back({name, make<kSystem, kTold>});
  for (std::size_t i = 0; i < kDecorators.size(); ++i) {
    worlds.push_back({prefix + kDecorators[i], make_decorated<kSystem, kTold>, i, 300});
  }
}

// Whether this system tells what is resident, as its backend's header says.
constexpr Told native_tells() {
  switch (port::kNativeGoos) {
    case port::Goos::kOpenbsd:
    case port::Goos::kPlan9:
    case port::Goos::kJs:
    case port::Goos::kWasip1:
      return Told::kNever;
    case port::Goos::kWindows:  // Wine may lack the permission
      return Told::kEither;
    default:
      return Told::kAlways;
  }
}

}  // namespace

std::vector<WorldMaker> native_worlds() {
  std::vector<WorldMaker> worlds;
  add_worlds<native, native_tells()>("plain", "", worlds);
  if constexpr (kHasPlan9) add_worlds<plan9, Told::kNever>("plan9", "plan9_", worlds);
  return worlds;
}

}  // namespace Atoll::os::test
