// Runs the suite on a buffer, alone and behind every decorator.
#include <cstddef>
#include <cstring>

#include "os/fixed/fixed_os.h"
#include "tests/os/decorated.h"
#include "tests/os/world.h"

namespace Atoll::os::test {
namespace {

constexpr std::size_t kBytes = std::size_t{4} << 20;
alignas(4096) unsigned char fixed_buffer[kBytes];

// The buffer is full of other bytes than zeroes at first, as memory is after a reset.
class FixedWorld final : public World {
 public:
  FixedWorld(std::size_t head, std::size_t tail) {
    std::memset(fixed_buffer, 0xee, sizeof fixed_buffer);
    EXPECT_EQ(std::string(os_.init(fixed_buffer + head, kBytes - head - tail).view()), "");
  }

  Os& os() override { return os_; }
  std::optional<std::uint8_t> read(Address address) override {
    if (!os_.space().pages().contains(address)) return std::nullopt;
    return *static_cast<const std::uint8_t*>(address.pointer());
  }
  bool write(Address address, std::uint8_t byte) override {
    if (!os_.space().pages().contains(address)) return false;
    *static_cast<std::uint8_t*>(address.pointer()) = byte;
    return true;
  }
  std::uint64_t bytes_held() override { return os_.space().bytes_held(); }
  Told tells_resident() override { return Told::kAlways; }

 private:
  FixedOs os_;
};

// The table of pages takes a page, and lies before or behind them.
struct Edges {
  const char* name;
  std::size_t head;
  std::size_t tail;
};
constexpr std::array<Edges, 3> kEdges = {{{"plain", 0, 0}, {"head", 1, 0}, {"tail", 0, 1}}};

std::unique_ptr<World> make_fixed(std::size_t edges) {
  return std::make_unique<FixedWorld>(kEdges[edges].head, kEdges[edges].tail);
}

std::unique_ptr<World> make_decorated_fixed(std::size_t decorator) {
  return decorate(make_fixed(0), decorator);
}

}  // namespace

std::vector<WorldMaker> native_worlds() {
  std::vector<WorldMaker> worlds;
  for (std::size_t i = 0; i < kEdges.size(); ++i) worlds.push_back({kEdges[i].name, make_fixed, i});
  for (std::size_t i = 0; i < kDecorators.size(); ++i) {
    worlds.push_back({kDecorators[i], make_decorated_fixed, i, 300});
  }
  return worlds;
}

std::vector<WorldMaker> sim_worlds() { return {}; }

std::vector<WorldMaker> arm64_worlds() { return {}; }

}  // namespace Atoll::os::test
