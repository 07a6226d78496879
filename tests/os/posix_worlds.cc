// The example of docs/PORTING.md as the system that the suite runs on.
#include "os/posix/posix_os.h"
#include "tests/os/process_memory.h"
#include "tests/os/world.h"

namespace Atoll::os::test {
namespace {

class PosixWorld final : public World {
 public:
  Os& os() override { return os_; }
  std::optional<std::uint8_t> read(Address address) override { return read_process_byte(address); }
  bool write(Address address, std::uint8_t byte) override {
    return write_process_byte(address, byte);
  }

 private:
  // One for all tests, as at_thread_exit() has one key for a process.
  static inline constinit PosixOs os_;
};

}  // namespace

std::vector<WorldMaker> native_worlds() {
  return {{"posix",
           [](std::size_t) -> std::unique_ptr<World> { return std::make_unique<PosixWorld>(); }}};
}

std::vector<WorldMaker> sim_worlds() { return {}; }

}  // namespace Atoll::os::test
