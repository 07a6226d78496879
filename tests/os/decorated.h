// The decorators in settings in which they change nothing except what they are made for. The whole
// contract holds above them too.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "os/decorators/address_limit.h"
#include "os/decorators/fault_injection.h"
#include "os/decorators/refuse_hints.h"
#include "os/decorators/retry.h"
#include "os/decorators/trace.h"
#include "tests/os/world.h"

namespace Atoll::os::test {

inline constexpr std::array<const char*, 7> kDecorators = {
    "trace", "fault_injection", "address_limit", "refuse_hints", "retry", "narrowed", "all",
};

// Owns the world beneath it, and passes touches on to it.
class DecoratedWorld : public World {
 public:
  explicit DecoratedWorld(std::unique_ptr<World> beneath) : beneath_(std::move(beneath)) {}

  World& beneath() { return *beneath_; }
  std::optional<std::uint8_t> read(Address address) override { return beneath_->read(address); }
  bool write(Address address, std::uint8_t byte) override { return beneath_->write(address, byte); }
  std::uint64_t bytes_held() override { return beneath_->bytes_held(); }
  Told tells_resident() override { return beneath_->tells_resident(); }

 private:
  std::unique_ptr<World> beneath_;
};

// `decorator` is an index of kDecorators.
std::unique_ptr<World> decorate(std::unique_ptr<World> beneath, std::size_t decorator);

}  // namespace Atoll::os::test
