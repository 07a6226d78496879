// A world for a backend of this very process, whose memory is this program's.
#pragma once

#include "tests/os/process_memory.h"
#include "tests/os/world.h"

namespace Atoll::os::test {

template <Os& (*kSystem)(), Told kTold>
class ProcessWorld final : public World {
 public:
  Os& os() override { return kSystem(); }
  std::optional<std::uint8_t> read(Address address) override { return read_process_byte(address); }
  bool write(Address address, std::uint8_t byte) override {
    return write_process_byte(address, byte);
  }
  Told tells_resident() override { return kTold; }
};

}  // namespace Atoll::os::test
