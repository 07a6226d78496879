#include "tests/os/decorated.h"
#include "tests/os/process_memory.h"
#include "tests/os/world.h"

namespace Atoll::os::test {
namespace {

class NativeWorld final : public World {
 public:
  Os& os() override { return native(); }
  std::optional<std::uint8_t> read(Address address) override { return read_process_byte(address); }
  bool write(Address address, std::uint8_t byte) override {
    return write_process_byte(address, byte);
  }
};

std::unique_ptr<World> make_native(std::size_t) { return std::make_unique<NativeWorld>(); }

std::unique_ptr<World> make_decorated(std::size_t decorator) {
  return decorate(make_native(0), decorator);
}

}  // namespace

std::vector<WorldMaker> native_worlds() {
  std::vector<WorldMaker> worlds;
  worlds.push_back({"plain", make_native});
  for (std::size_t i = 0; i < kDecorators.size(); ++i) {
    worlds.push_back({kDecorators[i], make_decorated, i, 300});
  }
  return worlds;
}

}  // namespace Atoll::os::test
