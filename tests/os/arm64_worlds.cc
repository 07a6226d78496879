#include "os/decorators/forward.h"
#include "os/sim/presets.h"
#include "os/sim/sim_os.h"
#include "tests/os/arm64/board.h"
#include "tests/os/decorated.h"
#include "tests/os/world.h"

namespace Atoll::os::test {
namespace {

// The memory of bare arm64. The simulation provides the rest.
class Arm64Memory final : public ForwardOs {
 public:
  Arm64Memory(arm64::VirtualSpace& space, Os& services) : ForwardOs(services), space_(space) {}

  Machine probe() override { return arm64::VirtualSpace::facts(); }
  std::uint64_t huge_page_size() override { return 0; }
  Allocation reserve(Address hint, std::uint64_t size) override {
    return space_.reserve(hint, size);
  }
  Status release(Address base, std::uint64_t size) override { return space_.release({base, size}); }
  Status map(Address base, std::uint64_t size) override { return space_.map({base, size}); }
  Status used(Address base, std::uint64_t size) override { return space_.used({base, size}); }
  Status unused(Address base, std::uint64_t size) override { return space_.unused({base, size}); }
  Status fault(Address base, std::uint64_t size) override { return space_.fault({base, size}); }
  Allocation alloc(std::uint64_t size) override { return space_.alloc(size); }
  Status free(Address base, std::uint64_t size) override { return space_.free({base, size}); }
  std::optional<std::uint64_t> resident(Address base, std::uint64_t size) override {
    return space_.resident({base, size});
  }
  Status wish_huge_pages(Address, std::uint64_t, HugePages) override {
    return {Failure::kUnsupported, 0};
  }
  bool at_thread_exit(ThreadExitFunction, void*) override { return false; }

 private:
  arm64::VirtualSpace& space_;
};

class Arm64World final : public World {
 public:
  Os& os() override { return os_; }
  std::optional<std::uint8_t> read(Address address) override {
    const unsigned char* const byte = board_.at(address, false);
    return byte == nullptr ? std::nullopt : std::optional<std::uint8_t>(*byte);
  }
  bool write(Address address, std::uint8_t byte) override {
    unsigned char* const at = board_.at(address, true);
    if (at != nullptr) *at = byte;
    return at != nullptr;
  }
  // Counts address space and physical memory.
  std::uint64_t bytes_held() override {
    return board_.space.bytes_held() + board_.frames_in_use() * arm64::kPage;
  }
  Told tells_resident() override { return Told::kAlways; }

 private:
  static constexpr std::uint64_t kFrames = 512;

  arm64::Board board_{kFrames};
  sim::SimOs services_{sim::presets::linux_amd64()};
  Arm64Memory os_{board_.space, services_};
};

std::unique_ptr<World> make_arm64(std::size_t) { return std::make_unique<Arm64World>(); }

std::unique_ptr<World> make_decorated_arm64(std::size_t decorator) {
  return decorate(make_arm64(0), decorator);
}

}  // namespace

std::vector<WorldMaker> arm64_worlds() {
  std::vector<WorldMaker> worlds;
  worlds.push_back({"plain", make_arm64});
  for (std::size_t i = 0; i < kDecorators.size(); ++i) {
    worlds.push_back({kDecorators[i], make_decorated_arm64, i, 300});
  }
  return worlds;
}

}  // namespace Atoll::os::test
