#include "os/sim/presets.h"
#include "os/sim/sim_os.h"
#include "tests/os/decorated.h"
#include "tests/os/sim_contents.h"
#include "tests/os/world.h"

namespace Atoll::os::test {
namespace {

class SimWorld final : public World {
 public:
  explicit SimWorld(sim::Config config)
      : contents_(config.page_size), os_(with_backing(config, &contents_)) {}

  Os& os() override { return os_; }
  std::optional<std::uint8_t> read(Address address) override { return contents_.read(address); }
  bool write(Address address, std::uint8_t byte) override { return contents_.write(address, byte); }
  std::uint64_t bytes_held() override { return os_.bytes_held(); }
  Told tells_resident() override {
    return os_.config().residency == sim::Residency::kUnknown ? Told::kNever : Told::kAlways;
  }

 private:
  static sim::Config with_backing(sim::Config config, sim::Backing* backing) {
    config.backing = backing;
    return config;
  }

  SimContents contents_;
  sim::SimOs os_;
};

std::unique_ptr<World> make_sim(std::size_t preset) {
  return std::make_unique<SimWorld>(sim::presets::kAll[preset]);
}

std::unique_ptr<World> make_decorated_linux(std::size_t decorator) {
  return decorate(std::make_unique<SimWorld>(sim::presets::linux_amd64()), decorator);
}

std::unique_ptr<World> make_decorated_windows(std::size_t decorator) {
  return decorate(std::make_unique<SimWorld>(sim::presets::windows_386()), decorator);
}

std::unique_ptr<World> make_decorated_wasm(std::size_t decorator) {
  return decorate(std::make_unique<SimWorld>(sim::presets::wasm()), decorator);
}

}  // namespace

std::vector<WorldMaker> sim_worlds() {
  std::vector<WorldMaker> worlds;
  for (std::size_t i = 0; i < sim::presets::kAll.size(); ++i) {
    worlds.push_back({std::string(sim::presets::kAll[i].name), make_sim, i});
  }
  for (std::size_t i = 0; i < kDecorators.size(); ++i) {
    const std::string decorator = kDecorators[i];
    worlds.push_back({"linux_amd64_" + decorator, make_decorated_linux, i, 300});
    worlds.push_back({"windows_386_" + decorator, make_decorated_windows, i, 300});
    worlds.push_back({"wasm_" + decorator, make_decorated_wasm, i, 300});
  }
  return worlds;
}

}  // namespace Atoll::os::test
