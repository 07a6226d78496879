#include "tests/os/decorated.h"
#include "tests/os/other_systems.h"
#include "tests/os/process_world.h"

namespace Atoll::os::test {
namespace {

template <Os& (*kSystem)()>
std::unique_ptr<World> make(std::size_t) {
  return std::make_unique<ProcessWorld<kSystem>>();
}

template <Os& (*kSystem)()>
std::unique_ptr<World> make_decorated(std::size_t decorator) {
  return decorate(make<kSystem>(0), decorator);
}

// `prefix` comes before the decorators' names.
template <Os& (*kSystem)()>
void add_worlds(const std::string& name, const std::string& prefix,
                std::vector<WorldMaker>& worlds) {
  worlds.push_back({name, make<kSystem>});
  for (std::size_t i = 0; i < kDecorators.size(); ++i) {
    worlds.push_back({prefix + kDecorators[i], make_decorated<kSystem>, i, 300});
  }
}

}  // namespace

std::vector<WorldMaker> native_worlds() {
  std::vector<WorldMaker> worlds;
  add_worlds<native>("plain", "", worlds);
  if constexpr (kHasPlan9) add_worlds<plan9>("plan9", "plan9_", worlds);
  return worlds;
}

}  // namespace Atoll::os::test
