// Runs the suite on the example of docs/PORTING.md.
#include "os/posix/posix_os.h"
#include "tests/os/process_world.h"

namespace Atoll::os::test {
namespace {

// All tests share one, as at_thread_exit() has one key for a process.
Os& posix() {
  static constinit PosixOs posix_os;
  return posix_os;
}

}  // namespace

std::vector<WorldMaker> native_worlds() {
  return {{"posix", [](std::size_t) -> std::unique_ptr<World> {
             return std::make_unique<ProcessWorld<posix, Told::kNever>>();
           }}};
}

std::vector<WorldMaker> sim_worlds() { return {}; }

std::vector<WorldMaker> arm64_worlds() { return {}; }

}  // namespace Atoll::os::test
