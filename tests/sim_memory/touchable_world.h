// A simulated system whose memory can be touched.
#pragma once

#include <cstdint>

#include "os/sim/config.h"
#include "os/sim/sim_os.h"
#include "src/base/platform.h"
#include "src/port/port.h"
#include "tests/sim_memory/host_memory.h"

namespace Atoll::test {

// The preset, with memory of this process behind it. If this process cannot have the preset's
// addresses (a far segment of AIX; the shadow memory of a sanitizer), the memory lies elsewhere, at
// the distance Machine::pointer_bias. The bias is a multiple of 64 GiB, so alignment is the same.
//
// Memory without a hint comes from around 0x7000000000 (320 GiB before the hints of most ports) and
// not from below the stack, where this process has its own; systems of up to 40 bits and linear
// ones keep their places. The first gigabyte there and at the port's first hint, or all of a space
// of 32 bits, was free when the world was made. Nobody looks at later hints: HostMemory ends the
// program if they are not free.
class TouchableWorld {
 public:
  TouchableWorld(const os::sim::Config& preset, const port::PortSpec& spec);
  TouchableWorld(const TouchableWorld&) = delete;
  TouchableWorld& operator=(const TouchableWorld&) = delete;

  os::sim::SimOs& os() { return os_; }
  const HostMemory& memory() const { return memory_; }
  std::uint64_t pointer_bias() const { return bias_; }
  // As a heap would be given it; or with a decorator on top of os().
  Platform platform() { return platform(os_); }
  Platform platform(os::Os& os) { return {os, os.probe(), spec_}; }

 private:
  port::PortSpec spec_;
  std::uint64_t bias_;
  HostMemory memory_;
  os::sim::SimOs os_;
};

}  // namespace Atoll::test
